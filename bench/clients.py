"""HTTPS clients side by side: what one message costs, on loopback, one process, 100 in flight.

python -m bench.clients [--messages N] [--rounds N]. A client that is not installed is left out and named; pyreqwest
is no dependency of ours, so install it into a virtual environment of its own beside the locked packages.
Medians of rounds in which the clients take turns; read the CPU and the ratios, for the sink shares the machine.
"""

import argparse
import asyncio
import json
import ssl
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from tests.receivers import node

IN_FLIGHT = 100
BODY = b'{"id":"0123456789abcdef0123456789abcdef","text":"' + b"x" * 249 + b'"}'
HEADERS = {
    "content-type": "application/json",
    "ttl": "14400",
    "urgency": "normal",
    "authorization": "vapid t=" + "x" * 200,
}

Run = Callable[[str, Path, int], float]  # address, certificate, messages -> seconds of CPU


async def _in_turn(send: Callable[[], Awaitable[int]], messages: int) -> None:
    left = iter(range(messages))

    async def sender() -> None:
        for _ in left:
            assert await send() == 201

    await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))


async def _measured(send: Callable[[], Awaitable[int]], messages: int) -> float:
    await _in_turn(send, IN_FLIGHT * 2)  # connections are made
    start = time.process_time()
    await _in_turn(send, messages)
    return time.process_time() - start


def aiohttp_h1(url: str, certificate: Path, messages: int) -> float:
    import aiohttp

    async def run() -> float:
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT, ssl=ssl.create_default_context(cafile=str(certificate)))
        async with aiohttp.ClientSession(connector=connector) as session:

            async def send() -> int:
                async with session.post(url, data=BODY, headers=HEADERS) as response:
                    await response.read()
                    return response.status

            return await _measured(send, messages)

    return asyncio.run(run())


def pyreqwest(http2: bool) -> Run:
    def run(url: str, certificate: Path, messages: int) -> float:
        from pyreqwest.client import ClientBuilder

        async def inside() -> float:
            builder = ClientBuilder().http2(True) if http2 else ClientBuilder().http1_only()
            # Its TLS wants a certificate that is not its own authority; the encryption costs the same.
            builder = builder.danger_accept_invalid_certs(True).timeout(timedelta(seconds=10))
            async with builder.build() as client:

                async def send() -> int:
                    response = await client.post(url).headers(HEADERS).body_bytes(BODY).build().send()
                    await response.bytes()
                    return response.status

                return await _measured(send, messages)

        return asyncio.run(inside())

    return run


def pycurl_bare(http2: bool) -> Run:
    """The library alone: no event loop, no futures; what the service's client could cost at best."""

    def run(url: str, certificate: Path, messages: int) -> float:
        import pycurl

        multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, 1 if http2 else IN_FLIGHT)
        handles = [_easy(pycurl, url, certificate, http2) for _ in range(IN_FLIGHT)]

        def send(number: int) -> None:
            for handle in handles:
                multi.add_handle(handle)
            started, done = IN_FLIGHT, 0
            while done < number:
                multi.perform()
                _, finished, failed = multi.info_read()
                assert not failed, failed
                for handle in finished:
                    multi.remove_handle(handle)
                    assert handle.getinfo(pycurl.RESPONSE_CODE) == 201
                    done += 1
                    if started < number:
                        started += 1
                        multi.add_handle(handle)
                multi.select(0.01)

        send(IN_FLIGHT * 2)
        start = time.process_time()
        send(messages)
        return time.process_time() - start

    return run


def _easy(pycurl, url: str, certificate: Path, http2: bool):  # type: ignore[no-untyped-def]
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS if http2 else pycurl.CURL_HTTP_VERSION_1_1)
    handle.setopt(pycurl.CAINFO, str(certificate))
    handle.setopt(pycurl.PIPEWAIT, 1)
    handle.setopt(pycurl.POSTFIELDS, BODY)
    handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])
    handle.setopt(pycurl.WRITEFUNCTION, len)
    return handle


def ours(http2: bool) -> Run:
    """The client of the service, with its guard, its bounds and its outcomes."""

    def run(url: str, certificate: Path, messages: int) -> float:
        from workers.push.client import Client

        async def inside() -> float:
            client = Client(loopback=True, certificates=str(certificate), http2=http2)

            async def send() -> int:
                return (await client.post(url, HEADERS, BODY)).status

            try:
                return await _measured(send, messages)
            finally:
                await client.close()

        return asyncio.run(inside())

    return run


CLIENTS: dict[str, Run] = {
    "aiohttp, HTTP/1.1": aiohttp_h1,
    "pyreqwest, HTTP/1.1": pyreqwest(False),
    "pyreqwest, HTTP/2": pyreqwest(True),
    "pycurl multi alone, HTTP/1.1": pycurl_bare(False),
    "pycurl multi alone, HTTP/2": pycurl_bare(True),
    "ours, HTTP/1.1": ours(False),
    "ours, HTTP/2": ours(True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="What one message costs with each HTTPS client.")
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        node.Server("sink.js", Path(folder), scripts=Path(__file__).parent) as sink,
    ):
        url = f"{sink.url}/push/some-address-of-a-phone"
        cpu: dict[str, list[float]] = {name: [] for name in CLIENTS}
        wall: dict[str, list[float]] = {name: [] for name in CLIENTS}
        for _ in range(options.rounds):
            for name, run in CLIENTS.items():
                started = time.perf_counter()
                try:
                    cpu[name].append(run(url, sink.certificate, options.messages))
                except ImportError:
                    continue
                wall[name].append(time.perf_counter() - started)
    rows = [
        {
            "client": name,
            "cpu_us_a_message": round(statistics.median(cpu[name]) / options.messages * 1e6, 1),
            "messages_a_second": round(options.messages / statistics.median(wall[name])),
        }
        if cpu[name]
        else {"client": name, "left_out": "not installed"}
        for name in CLIENTS
    ]
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()

"""One long-lived HTTPS client for pushes: no redirect, no private address, no hidden retry, all bounded."""

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT_S = 10.0  # from the first byte to the end of the answer
CONNECT_TIMEOUT_S = 5.0
CONNECTIONS = 100
ANSWER_LARGEST = 4096  # bytes; only the status matters
DNS_CACHE_S = 60
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotSent(Exception):
    """Nothing of the message has left this machine."""


class Forbidden(Exception):
    """The address may not be reached from here, now or later."""


class AnswerLost(Exception):
    """The message may have arrived."""


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None


class Client:
    """Opens its connections in the event loop that first uses it."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Sends one message. Raises Forbidden, NotSent or AnswerLost."""
        if not url.startswith("https://"):
            raise Forbidden("not https")
        try:
            async with self._open().post(url, headers=headers, data=body, allow_redirects=False) as response:
                await response.content.read(ANSWER_LARGEST)
                if not response.content.at_eof():
                    response.close()
                return Answer(response.status, response.headers.get("Retry-After"))
        except aiohttp.InvalidURL as error:
            raise Forbidden("not a URL") from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _Private):
                raise Forbidden("a private address") from error
            raise NotSent(type(error.os_error).__name__) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise NotSent("connect timeout") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AnswerLost(type(error).__name__) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                socket_factory=self._socket,
                limit=CONNECTIONS,
                ttl_dns_cache=DNS_CACHE_S,
                ssl=ssl.create_default_context(),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer may unpack to a huge one
                trust_env=False,
            )
        return self._session

    def _socket(self, address: Any) -> socket.socket:
        """Looks at the very address that is about to be connected to, however its name was resolved."""
        family, kind, protocol, _, (host, *_) = address
        if not _public(host) and not (self._loopback and ipaddress.ip_address(host).is_loopback):
            raise _Private("private address")
        return socket.socket(family, kind, protocol)


class _Private(OSError):
    pass


def _public(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return _public(str(inside))
    return address.is_global and not address.is_multicast

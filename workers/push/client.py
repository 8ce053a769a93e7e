"""One long-lived HTTPS client for all pushes, on libcurl: HTTP/2 or 1.1, no redirect, no private address, all bounded.

libcurl sends again by itself what a reused connection lost, also what the other side may have taken. It cannot
here: the body comes from a callback that knows no way back, so a body that has left us once never leaves again.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pycurl

TIMEOUT_S = 10.0  # from the first look at the name to the end of the answer
CONNECT_TIMEOUT_S = 5.0
ANSWER_LARGEST = 16 * 1024  # bytes kept; a provider's reason has a few hundred, an access token some thousand
CONNECTIONS = 100  # to one origin that speaks HTTP/1.1
CONNECTIONS_HTTP2 = 1  # it carries a hundred messages at once, or as many as its server says, which is then kept to
FIRST_ANSWER_S = 2.0  # how long others wait for the first message, which shows what its origin speaks and takes at once
UNANSWERED_MS = 10_000  # sent bytes that nobody acknowledges end their connection after that
MOST_ORIGINS = 256  # whose connections are kept; UnifiedPush has as many servers as people like
MOST_IDLE = 200  # handles kept for the next messages
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NOT_SENT = {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_CONNECT, pycurl.E_PEER_FAILED_VERIFICATION}


class NotSent(Exception):
    """Nothing of the message has left this machine."""


class Unread(NotSent):
    """The other side says that it did not look at it: a refused stream, or one behind a GOAWAY."""


class Forbidden(Exception):
    """The address may not be reached from here, now or later."""


class AnswerLost(Exception):
    """The message may have arrived."""


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None = None
    body: bytes = b""  # its first ANSWER_LARGEST bytes


class Client:
    """Opens its connections in the event loop that first uses it.

    With `loopback` it reaches this machine and nothing else, for tests.
    """

    def __init__(self, *, loopback: bool = False, certificates: str | None = None, http2: bool = True) -> None:
        self._allowed = _loopback if loopback else _public
        self._only_here = loopback
        paths = ssl.get_default_verify_paths()  # whom Python trusts, and SSL_CERT_FILE with it
        trusted = {pycurl.CAINFO: certificates or paths.cafile, pycurl.CAPATH: paths.capath}
        self._trusted = {option: path for option, path in trusted.items() if path}
        self._version = pycurl.CURL_HTTP_VERSION_2TLS if http2 else pycurl.CURL_HTTP_VERSION_1_1
        self._origins: OrderedDict[str, _Origin] = OrderedDict()
        self._leaving: set[asyncio.Task[None]] = set()
        self._idle: list[_Call] = []

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Sends one message, once. Raises Forbidden, NotSent (Unread) or AnswerLost."""
        at = origin(url)
        if self._only_here and not _names_this_machine(at):
            raise NotSent("only this machine is reached")
        where = await self._turn(at)
        call = self._idle.pop() if self._idle else _Call(self._allowed, self._trusted, self._version)
        call.load(url, headers, body)
        error: int | None = None
        try:
            await where.connections.perform(call.curl)
        except pycurl.error as raised:
            error = raised.args[0]
        except asyncio.CancelledError:
            call.clear()  # and never used again: libcurl lets go of it a little later
            where.answered.set()
            raise
        try:
            if call.curl.getinfo(pycurl.INFO_HTTP_VERSION) == pycurl.CURL_HTTP_VERSION_2_0:
                where.connections.setopt(pycurl.M_MAX_HOST_CONNECTIONS, CONNECTIONS_HTTP2)
            return call.answer() if error is None else call.answer_in_spite_of(error)
        except Unread:  # libcurl gives its connection up: on the next one, one message goes first again
            if self._origins.get(at) is where:
                self.forget(url)
            raise
        finally:
            where.answered.set()
            call.clear()
            if len(self._idle) < MOST_IDLE:
                self._idle.append(call)

    def forget(self, url: str) -> None:
        """Connects anew from now on; what is under way on the old connections may end there."""
        where = self._origins.pop(origin(url), None)
        if where is not None:
            leaving = asyncio.get_running_loop().create_task(_close_when_idle(where.connections))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """What is in flight is lost."""
        for leaving in self._leaving:
            leaving.cancel()
        for where in self._origins.values():
            await where.connections.aclose()
        self._origins.clear()
        for call in self._idle:
            call.curl.close()
        self._idle.clear()

    async def _turn(self, at: str) -> "_Origin":
        """At once for the first message; for others when that is answered, because only then it is known how many
        may follow: whoever sends more is refused."""
        while True:
            where = self._origin(at)
            if not where.asked:
                where.asked = True
                return where
            if where.answered.is_set():
                return where
            try:
                async with asyncio.timeout(FIRST_ANSWER_S):
                    await where.answered.wait()
            except TimeoutError:
                where.answered.set()  # it is slow: nobody else waits

    def _origin(self, at: str) -> "_Origin":
        found = self._origins.get(at)
        if found is None:
            if len(self._origins) >= MOST_ORIGINS:
                self.forget(next(iter(self._origins)))
            found = self._origins[at] = _Origin()
        self._origins.move_to_end(at)
        return found


class _Origin:
    """Its connections are apart from all others, so that they can be given up together."""

    def __init__(self) -> None:
        self.asked = False
        self.answered = asyncio.Event()
        self.connections = pycurl.AsyncCurlMulti()
        self.connections.setopt(pycurl.M_MAX_HOST_CONNECTIONS, CONNECTIONS)
        self.connections.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS)


class _Call:
    """One message at a time on one handle of libcurl, and what its callbacks saw."""

    def __init__(self, allowed: Callable[[str], bool], trusted: dict[int, str], version: int) -> None:
        self._allowed = allowed
        self._opened: list[socket.socket] = []
        self.curl = curl = pycurl.Curl()
        options: dict[int, Any] = {
            pycurl.POST: 1,
            pycurl.HTTP_VERSION: version,
            pycurl.PIPEWAIT: 1,  # rather one connection for all than one for each
            pycurl.PROTOCOLS: pycurl.PROTO_HTTPS,
            pycurl.FOLLOWLOCATION: 0,
            pycurl.PROXY: "",  # whatever the environment says
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.PATH_AS_IS: 1,
            pycurl.NOSIGNAL: 1,
            pycurl.TIMEOUT_MS: int(TIMEOUT_S * 1000),
            pycurl.CONNECTTIMEOUT_MS: int(CONNECT_TIMEOUT_S * 1000),
            pycurl.VERBOSE: 1,  # the only way to learn that a stream was refused unread
            pycurl.DEBUGFUNCTION: self._heard,
            pycurl.READFUNCTION: self._take,
            pycurl.WRITEFUNCTION: self._keep,
            pycurl.OPENSOCKETFUNCTION: self._socket,
        }
        for option, value in (options | trusted).items():
            curl.setopt(option, value)
        self.clear()

    def load(self, url: str, headers: dict[str, str], body: bytes) -> None:
        self._body = body
        self.curl.setopt(pycurl.URL, url)
        self.curl.setopt(pycurl.POSTFIELDSIZE_LARGE, len(body))
        self.curl.setopt(pycurl.HTTPHEADER, ["Expect:", *(f"{name}: {value}" for name, value in headers.items())])

    def clear(self) -> None:
        self._body = b""
        self._taken = self._refused = self._private = False
        self._retry_after: str | None = None
        self._kept = bytearray()
        while self._opened:
            self._opened.pop().close()  # libcurl goes on with its own copy

    def answer(self) -> Answer:
        return Answer(self.curl.getinfo(pycurl.RESPONSE_CODE), self._retry_after, bytes(self._kept))

    def answer_in_spite_of(self, error: int) -> Answer:
        """What an error of libcurl leaves: an answer too long to read, or Forbidden, NotSent, AnswerLost."""
        if error == pycurl.E_WRITE_ERROR and len(self._kept) >= ANSWER_LARGEST:
            return self.answer()
        if self._private:
            raise Forbidden("a private address")
        if error in (pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL):
            raise Forbidden("not a URL")
        if self._refused:
            raise Unread("refused unread")
        if error in NOT_SENT or not self._taken:
            raise NotSent(f"libcurl {error}")
        raise AnswerLost(f"libcurl {error}")

    def _take(self, size: int) -> bytes | int:
        """The body, whole, once; from here on it may have arrived."""
        if len(self._body) > size:
            return int(pycurl.READFUNC_ABORT)
        self._taken = True
        body, self._body = self._body, b""
        return body

    def _keep(self, part: bytes) -> int:
        room = ANSWER_LARGEST - len(self._kept)
        self._kept += part[:room]
        return len(part) if len(part) <= room else 0

    def _heard(self, kind: int, line: bytes) -> None:
        """Headers, and what libcurl tells of a stream that its server refused or left behind with a GOAWAY."""
        if kind == pycurl.INFOTYPE_HEADER_IN:
            name, _, value = line.partition(b":")
            if name.lower() == b"retry-after":
                self._retry_after = value.decode("latin-1").strip()
        elif kind == pycurl.INFOTYPE_TEXT and b"refused by server" in line:
            self._refused = True

    def _socket(self, _purpose: int, address: Any) -> socket.socket | int:
        """Looks at the very address that is about to be connected to, however its name was resolved."""
        family, kind, protocol, (host, *_) = address
        if not self._allowed(_text(host)):
            self._private = True
            return int(pycurl.SOCKET_BAD)
        made = socket.socket(family, kind, protocol)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; elsewhere the retransmissions' own end comes later
            with contextlib.suppress(OSError):
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)
        self._opened.append(made)
        return made


def origin(url: str) -> str:
    """Scheme, host and port. Raises Forbidden for what is no https address."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise Forbidden("not a URL") from None
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise Forbidden("not an https address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"https://{host}:{port}"


async def _close_when_idle(connections: pycurl.AsyncCurlMulti) -> None:
    with contextlib.suppress(pycurl.error):
        await asyncio.gather(*connections.futures(), return_exceptions=True)
    await connections.aclose()


def _names_this_machine(at: str) -> bool:
    host = urlsplit(at).hostname or ""
    with contextlib.suppress(ValueError):
        return True if host == "localhost" else ipaddress.ip_address(host).is_loopback
    return False


def _loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback


def _text(host: str | bytes) -> str:
    return host.decode("ascii") if isinstance(host, bytes) else host


def _public(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return _public(str(inside))
    return address.is_global and not address.is_multicast

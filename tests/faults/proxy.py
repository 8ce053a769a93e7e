"""Stands between worker and PostgreSQL and loses COMMITs: the worker cannot know what became of them.

Of each kind of work the first, third, fifth ... that is lost has been committed and only its answer is missing; the
others never get there.

It reads the client's side of PostgreSQL's protocol (message type, length, body) as far as it must to recognise a
COMMIT and what the transaction did before.
"""

import asyncio
import struct
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

STOP_TIMEOUT_S = 5.0
SIMPLE_QUERY, PARSE, BIND = b"Q", b"P", b"B"
# What a statement of the reminder engine looks like, and what its transaction is then called.
WORK = {
    b"INSERT INTO occurrence": "tick",
    b"SET state = 'leased'": "lease",
    b"SET state = given.state": "record",
}


class Proxy:
    """Passes everything on, but for what `lose` says: the name of the work before each COMMIT goes in, and out comes
    whether the answer is lost. `hold_s` makes every such COMMIT slow, so that other things can happen meanwhile."""

    def __init__(self, url: str, lose: Callable[[str], bool], hold_s: float = 0.0) -> None:
        target = make_url(url)
        self._socket = Path(str(target.query["host"])) / f".s.PGSQL.{target.query['port']}"
        self.lose, self._hold_s = lose, hold_s
        self.lost: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(STOP_TIMEOUT_S)
        port = self._server.sockets[0].getsockname()[1]
        plain = {"sslmode": "disable", "gssencmode": "disable"}
        self.url = target.set(host="127.0.0.1", port=port, query=plain).render_as_string(hide_password=False)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(STOP_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_TIMEOUT_S)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        server, requests = await asyncio.open_unix_connection(str(self._socket))
        back = asyncio.create_task(_copy(server, answers))
        try:
            await self._forward(client, requests, server, back)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one side has hung up
        finally:
            back.cancel()
            for side in (requests, answers):
                side.transport.abort()

    async def _forward(
        self,
        client: asyncio.StreamReader,
        requests: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        back: "asyncio.Task[None]",
    ) -> None:
        """Ends when an answer is lost: both sides then see their connection break."""
        statements: dict[bytes, bytes] = {}
        work = ""
        head = await client.readexactly(4)  # the first message has no type
        requests.write(head + await client.readexactly(struct.unpack("!I", head)[0] - 4))
        while True:
            head = await client.readexactly(5)
            body = await client.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            work = _work(head[:1], body, statements) or work
            if head[:1] == SIMPLE_QUERY and body.startswith(b"COMMIT"):
                doing, work = work, ""
                if doing and self.lose(doing):
                    self.lost[doing] += 1
                    back.cancel()
                    await asyncio.gather(back, return_exceptions=True)
                    if self.lost[doing] % 2:
                        requests.write(head + body)
                        await server.readexactly(1)  # it has been committed, and nobody but us will know
                    return
                if doing and self._hold_s:
                    requests.write(head + body[:-1])
                    await asyncio.sleep(self._hold_s)
                    head, body = b"", body[-1:]
            requests.write(head + body)
            await requests.drain()


def _work(kind: bytes, body: bytes, statements: dict[bytes, bytes]) -> str:
    """What a message has the transaction do; statements are known by their names from the second use on."""
    if kind == PARSE:
        name, query, _ = body.split(b"\0", 2)
        statements[name] = query
        text = query
    elif kind == BIND:
        text = statements.get(body.split(b"\0", 2)[1], b"")
    else:
        text = body if kind == SIMPLE_QUERY else b""
    return next((name for sign, name in WORK.items() if sign in text), "")


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    target.close()  # the server has hung up, and so do we

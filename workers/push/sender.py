"""Sends for one worker process: a thread with one event loop that lives as long as the process."""

import asyncio
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import structlog

from coach.config import Config
from coach.services.deliveries import Handover
from workers.push.client import Client
from workers.push.outcome import Ambiguous, Outcome, TryLater
from workers.push.webpush import WebPush

IN_FLIGHT = 100  # on the wire at once
STOP_TIMEOUT_S = 5.0
LEASED = 200  # in flight, or answered and not yet recorded: what a kill can leave in doubt

logger = structlog.get_logger()


class Provider(Protocol):
    async def send(self, handover: Handover) -> Outcome: ...


class Sender:
    """Used by one thread at a time; a provider without its key is off."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answers: queue.SimpleQueue[tuple[Handover, Outcome]] = queue.SimpleQueue()
        self._outstanding = 0

    @property
    def outstanding(self) -> int:
        """Handed in and not yet taken back by `answers`."""
        return self._outstanding

    def send(self, handovers: Iterable[Handover]) -> None:
        """Starts sending; returns at once."""
        loop = self._loop = self._loop or self._start()
        for handover in handovers:
            self._outstanding += 1
            asyncio.run_coroutine_threadsafe(self._send(handover, time.monotonic()), loop)

    def answers(self, wait_s: float, most: int) -> list[tuple[Handover, Outcome]]:
        """Up to `most` outcomes; fewer if the rest takes longer than `wait_s`."""
        found: list[tuple[Handover, Outcome]] = []
        end = time.monotonic() + wait_s
        while self._outstanding and len(found) < most:
            try:
                found.append(self._answers.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                break
            self._outstanding -= 1
        return found

    def stop(self) -> None:
        """Ends the thread and closes the connections; what is in flight is lost."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result(STOP_TIMEOUT_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_TIMEOUT_S)
            self._loop.close()

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._client = Client(loopback=self._config.push_loopback)
        self._providers = _providers(self._config, self._client)
        self._thread = threading.Thread(target=loop.run_forever, name="sender", daemon=True)
        self._thread.start()
        return loop

    async def _send(self, handover: Handover, since: float) -> None:
        """Waiting for a slot costs time to live; a provider sends nothing that has none left."""
        outcome: Outcome = Ambiguous()
        try:
            async with self._slots:
                provider = self._providers.get(handover.provider)
                left_s = handover.ttl_s - int(time.monotonic() - since)
                outcome = await provider.send(replace(handover, ttl_s=left_s)) if provider else TryLater()
        except Exception as error:  # a message that cannot even be built must not hold up its batch
            logger.error("push_failed", device=str(handover.key.device_id), error=type(error).__name__)
        finally:
            self._answers.put((handover, outcome))


def _providers(config: Config, client: Client) -> dict[str, Provider]:
    if config.vapid_key_file is None or config.vapid_subject is None:
        logger.warning("provider_off", provider="webpush", missing="COACH_VAPID_KEY_FILE")
        return {}
    return {"webpush": WebPush(client, config.vapid_key_file, config.vapid_subject)}

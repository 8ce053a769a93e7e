"""Sends for one worker process: a thread with one event loop that lives as long as the process."""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog

from coach.config import Config
from coach.services.deliveries import Handover
from workers.push.apns import Apns
from workers.push.client import Client, Forbidden, origin
from workers.push.fcm import Fcm
from workers.push.lanes import Lanes
from workers.push.outcome import Ambiguous, Outcome, Refused, TryLater
from workers.push.webpush import WebPush

STOP_TIMEOUT_S = 5.0
SEND_LONGEST_S = 15.0  # with all that a provider tries; with the wait for its turn less than a lease
LEASED = 200  # in flight, or answered and not yet recorded: what a kill can leave in doubt
TELL_EVERY_S, MOST_TOLD = 60.0, 256  # the same trouble is logged once a minute

logger = structlog.get_logger()


class Provider(Protocol):
    """One file each. Makes the message, reads the answer, keeps its key; never retries what may have arrived."""

    def address(self, handover: Handover) -> str:
        """The https address that it will post to."""

    async def send(self, handover: Handover) -> Outcome: ...


# Each is made once for a process. LookupError names the setting without which it is off.
PROVIDERS: Mapping[str, Callable[[Client, Config], Provider]] = {
    "webpush": WebPush.from_config,
    "fcm": Fcm.from_config,
    "apns": Apns.from_config,
}


class Sender:
    """Used by one thread at a time. Providers that are off say so when it is made."""

    def __init__(self, config: Config) -> None:
        self._client = Client(loopback=config.push_loopback)
        self._providers = _providers(config, self._client)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answers: queue.SimpleQueue[tuple[Handover, Outcome]] = queue.SimpleQueue()
        self._outstanding = 0
        self._told: dict[tuple[str, int | None, str | None], float] = {}

    @property
    def outstanding(self) -> int:
        """Handed in and not yet taken back by `answers`."""
        return self._outstanding

    @property
    def providers(self) -> frozenset[str]:
        """Those that are on."""
        return frozenset(self._providers)

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
        self._lanes = Lanes()
        self._thread = threading.Thread(target=loop.run_forever, name="sender", daemon=True)
        self._thread.start()
        return loop

    async def _send(self, handover: Handover, since: float) -> None:
        """Waiting for its turn costs time to live; a provider sends nothing that has none left."""
        outcome: Outcome = Ambiguous()
        try:
            outcome = await self._hand_over(handover, since)
        except Exception as error:  # a message that cannot even be built must not hold up its batch
            logger.error("push_failed", device=str(handover.key.device_id), error=type(error).__name__)
        finally:
            self._answers.put((handover, outcome))

    async def _hand_over(self, handover: Handover, since: float) -> Outcome:
        provider = self._providers.get(handover.provider)
        if provider is None:
            return TryLater(reason="provider_off")
        try:
            address = provider.address(handover)
            lane = f"{handover.provider} {origin(address)}"
        except Forbidden:
            return Refused(reason="address_forbidden")
        stay_away = await self._lanes.enter(lane)
        if stay_away is not None:
            return TryLater(after=timedelta(seconds=stay_away), reason="provider_rests", attempted=False)
        outcome: Outcome = Ambiguous()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SEND_LONGEST_S):
                    left_s = handover.ttl_s - int(time.monotonic() - since)
                    outcome = await provider.send(replace(handover, ttl_s=left_s))
        finally:
            if self._lanes.leave(lane, outcome):
                self._client.forget(address)  # the next try shall not meet the same dead connection
            self._tell(handover.provider, outcome)
        return outcome

    def _tell(self, provider: str, outcome: Outcome) -> None:
        """An operator hears what only an operator can mend."""
        ours = isinstance(outcome, Refused) and outcome.code is not None and not outcome.suspect
        if isinstance(outcome, Refused | TryLater) and (ours or (isinstance(outcome, TryLater) and outcome.everyone)):
            trouble, now = (provider, outcome.code, outcome.reason), time.monotonic()
            if now - self._told.get(trouble, -TELL_EVERY_S) >= TELL_EVERY_S:
                if len(self._told) >= MOST_TOLD:
                    self._told.clear()
                self._told[trouble] = now
                kind = "provider_refuses" if isinstance(outcome, Refused) else "provider_stopped"
                logger.error(kind, provider=provider, code=outcome.code, reason=outcome.reason)


def _providers(config: Config, client: Client) -> dict[str, Provider]:
    on: dict[str, Provider] = {}
    for name, make in PROVIDERS.items():
        try:
            on[name] = make(client, config)
        except LookupError as missing:
            logger.warning("provider_off", provider=name, missing=missing.args[0])
        except (ValueError, OSError) as error:  # a broken key stops its own provider only
            logger.error("provider_off", provider=name, error=str(error)[:200])
    return on

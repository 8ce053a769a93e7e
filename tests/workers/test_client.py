"""The HTTPS client: nothing is sent twice by itself, nothing goes where it may not, nothing grows without bound."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from coach.services import deliveries
from tests.receivers.apns import Receiver as Apns
from tests.receivers.webpush import Receiver
from tests.workers.test_apns import to
from tests.workers.test_webpush import handover, send
from workers import reminders
from workers.push import client, lanes, sender
from workers.push.client import ANSWER_LARGEST, Answer, Client, Forbidden, NotSent, origin
from workers.push.lanes import UNPROVEN
from workers.push.outcome import Accepted, Ambiguous, Outcome, TryLater
from workers.push.sender import Sender


def story(of: Callable[[Client], Awaitable[None]], receiver: Any, **options: Any) -> None:
    async def run() -> None:
        one = Client(loopback=True, certificates=str(receiver.certificate), **options)
        try:
            await of(one)
        finally:
            await one.close()

    asyncio.run(run())


def test_a_reused_connection_that_dies_sends_nothing_again(native: Sender, receiver: Receiver) -> None:
    """libcurl would, and the first one may have been taken."""
    phone = receiver.subscribe()
    assert send(native, handover(phone)) == [Accepted(201)]
    receiver.answer_next({"reset": True})
    assert send(native, handover(phone)) == [Ambiguous()]
    assert len(receiver.messages(phone)) == 2
    assert send(native, handover(phone)) == [Accepted(201)]


def test_an_answer_is_read_up_to_its_bound(native: Sender, apns: Apns, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr(client, "Answer", lambda *parts: kept.append(parts[2]) or Answer(*parts))
    apns.answer_next({"status": 503, "body": "x" * 1_000_000})
    assert send(native, to(apns.subscribe())) == [TryLater(503)]
    assert [len(body) for body in kept] == [ANSWER_LARGEST]


def test_in_tests_only_this_machine_is_reached(apns: Apns) -> None:
    async def of(one: Client) -> None:
        for host in ("push.example.org", "192.0.2.1", "10.0.0.1", "[2001:db8::1]"):
            with pytest.raises(NotSent):
                await one.post(f"https://{host}/x", {}, b"")

    story(of, apns)


def test_a_name_is_judged_by_where_it_leads(apns: Apns) -> None:
    """`localhost` is a name like any other; what counts is the address that would be connected to."""

    async def run() -> None:
        one = Client(certificates=str(apns.certificate))
        with pytest.raises(Forbidden):
            await one.post(f"{apns.url}/3/device/x", {}, b"{}")
        await one.close()

    before = len(apns.call("GET", "/messages"))
    asyncio.run(run())
    assert len(apns.call("GET", "/messages")) == before


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://push.example.org/x", "https://push.example.org:443"),
        ("https://Push.Example.org:8443/x", "https://push.example.org:8443"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]:443"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, where: str) -> None:
    assert origin(url) == where


@pytest.mark.parametrize(
    "url", ["http://a.example.org/", "https:///x", "https://u:p@a.example.org/", "https://a:99999/", "https://[::1/"]
)
def test_what_has_no_origin_is_forbidden(url: str) -> None:
    with pytest.raises(Forbidden):
        origin(url)


def test_connections_are_kept_to_so_many_origins(apns: Apns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ORIGINS", 1)

    async def of(one: Client) -> None:
        for host in ("localhost", "127.0.0.1", "localhost"):
            assert (await one.post(f"https://{host}:{apns.port}/answered", {}, b"{}")).status == 400
            assert len(one._origins) == 1

    try:
        story(of, apns)
    finally:
        apns.forget_errors()


def test_what_is_under_way_survives_that_its_origin_is_forgotten(native: Sender, apns: Apns) -> None:
    phone = apns.subscribe()
    apns.answer_next({"hold_ms": 300}, {"status": 400, "body": {"reason": "IdleTimeout"}})
    outcomes = send(native, to(phone), to(phone))
    assert Accepted(200) in outcomes
    assert TryLater(400, None, "IdleTimeout") in outcomes
    assert send(native, to(phone)) == [Accepted(200)]
    assert len({message["connection"] for message in apns.messages(phone)}) == 2


def test_a_provider_that_never_answers_holds_up_nobody_else(
    native: Sender, apns: Apns, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 5.0)
    dead, alive = receiver.subscribe(), apns.subscribe()
    receiver.answer_next(*[{"hold_ms": 20_000}] * 60)
    native.send([each for _ in range(60) for each in (handover(dead), to(alive))])
    found: list[tuple[str, Outcome]] = [(sent.provider, outcome) for sent, outcome in native.answers(30, 120)]
    assert [outcome for name, outcome in found if name == "apns"] == [Accepted(200)] * 60
    last_alive = max(number for number, (name, _) in enumerate(found) if name == "apns")
    lost = [number for number, (_, outcome) in enumerate(found) if outcome == Ambiguous()]
    assert lost, "some were sent before anyone could know"
    assert min(lost) > last_alive
    reasons = [outcome.reason for _, outcome in found if isinstance(outcome, TryLater)]
    assert len(reasons) == 60 - len(lost)
    assert reasons.count("provider_rests") >= 60 - UNPROVEN
    assert set(reasons) <= {"provider_rests", "not_sent"}  # no connection was free for the others in flight
    receiver.answer_next()


def test_a_send_that_takes_too_long_in_all_ends_before_its_lease(native: Sender, apns: Apns) -> None:
    phone = apns.subscribe()
    apns.answer_next({"hold_ms": 2_000})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sender, "SEND_LONGEST_S", 0.5)
        assert send(native, to(phone)) == [Ambiguous()]
    assert send(native, to(phone)) == [Accepted(200)]


def test_what_a_send_may_take_is_less_than_a_lease() -> None:
    longest = lanes.MOST_TURNS * lanes.PATIENCE_S + sender.SEND_LONGEST_S
    assert longest + reminders.RECORD_EVERY_S < deliveries.LEASE.total_seconds()

"""From a rule to a banner: the push is received and decrypted by a program that we did not write."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from coach.models.reminders import Occurrence
from programs import catalog
from tests.coach.people import Person
from tests.journeys.diary import connect, good_day, remind_only_of, told
from tests.journeys.service import Service
from tests.receivers.webpush import Receiver, Subscription

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SIX_IN_THE_EVENING = 18 * 60


def test_a_reminder_reaches_the_phone_until_the_day_is_done_and_never_over_a_red_flag(
    service: Service, receiver: Receiver, now: datetime
) -> None:
    eva = Person(service.client).register("Eva")
    phone = connect(eva, receiver)
    eva.onboard()
    (routine,) = eva.get("/v1/me/reminders")["reminders"]
    eva.put(f"/v1/me/reminders/{routine['id']}", {"minute": 8 * 60})  # on every day, not only on training days
    remind_only_of(eva, "routine", "red_flag_followup")
    eva.post("/v1/me/reminders", {"kind": "routine", "minute": SIX_IN_THE_EVENING})
    at_eight, at_six = now - HOUR + MINUTE, now + 9 * HOUR + MINUTE  # in Paris, and the spread is over

    def comes(at: datetime) -> list[str]:
        """The kinds of the reminders that came when the clock went on to that instant."""
        before = len(receiver.messages(phone))
        service.move(at)
        service.settle()
        new = {message["topic"] for message in receiver.messages(phone)[before:]}
        return [item["kind"] for item in eva.get("/v1/me/inbox")["items"] if item["id"] in new]

    assert comes(at_six) == ["routine"], "nothing was done on the first day"
    assert comes(at_eight + DAY) == ["routine"]
    _check_message(receiver.messages(phone)[-1], eva, at_eight + DAY)

    eva.report(*good_day(at_eight + DAY))
    assert comes(at_six + DAY) == [], "the day has its session"
    assert comes(at_eight + 2 * DAY) == ["routine"]

    flagged = at_eight + 2 * DAY + HOUR
    service.move(flagged)
    assert eva.report(told("checkin", flagged, answers={"RF02": "yes"}))["lock"] == "EMERGENCY"
    assert comes(at_six + 2 * DAY) == []
    assert comes(at_eight + 3 * DAY) == []
    assert comes(flagged + DAY + MINUTE) == ["red_flag_followup"]
    assert comes(at_six + 3 * DAY) == comes(at_eight + 4 * DAY) == comes(at_six + 4 * DAY) == []
    assert comes(at_eight + 5 * DAY) == []
    assert comes(flagged + 3 * DAY + MINUTE) == ["red_flag_followup"]

    assert _names(receiver, phone).most_common(1)[0][1] == 1, "each came exactly once"
    assert _silent(service) == ["done", *["locked"] * 6], "each that did not come says why"


def _check_message(message: dict[str, Any], person: Person, at: datetime) -> None:
    """One reviewed sentence and a name, nothing about health; the inbox holds the same."""
    said = message["text"]
    (item,) = (item for item in person.get("/v1/me/inbox")["items"] if item["id"] == message["topic"])
    assert set(said) == {"id", "text", "expires_at"}
    assert said["text"] in catalog.load().in_language("en").lines("reminders.routine")
    assert (said["id"], said["text"]) == (item["id"], item["text"])
    assert datetime.fromisoformat(said["expires_at"]) == datetime.fromisoformat(item["expires_at"])
    assert 0 <= (at - datetime.fromisoformat(item["at"])).total_seconds() <= MINUTE.total_seconds()
    assert 0 < message["ttl"] <= 4 * HOUR.total_seconds()


def _names(receiver: Receiver, phone: Subscription) -> Counter[str]:
    return Counter(message["topic"] for message in receiver.messages(phone))


def _silent(service: Service) -> list[str | None]:
    with service.sessions() as session:
        rows = (
            session.query(Occurrence)
            .filter(Occurrence.state != "due", Occurrence.kind == "routine")
            .order_by(Occurrence.fire_at)
        )
        return [row.reason for row in rows]

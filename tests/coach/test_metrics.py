"""Operators' numbers at /metrics, and one person's reminders explained line by line."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import cli
from coach.models.people import Patient
from coach.models.reminders import REASONS, Delivery, Occurrence
from coach.services import metrics, reasons, reminders, zones
from tests.patients import device, patient
from tests.ticks import EIGHT, HOUR, MINUTE, SEVEN, tick

DAY = timedelta(days=1)


@pytest.fixture
def ana(session: Session) -> Patient:
    made = patient(session, SEVEN)
    device(session, made, SEVEN)
    return made


def numbers(session: Session, now: datetime) -> dict[str, float]:
    lines = metrics.exposition(metrics.read(session, now)).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[0] != "#"}


def test_numbers_follow_a_reminder_from_due_to_accepted(session: Session, ana: Patient) -> None:
    now = EIGHT + MINUTE
    assert numbers(session, now)["coach_cursors_due"] == 1
    tick(session, now)
    found = numbers(session, now)
    assert found['coach_occurrences{kind="routine",state="due",reason=""}'] == 1
    assert found['coach_deliveries{provider="webpush",kind="routine",state="pending"}'] == 1
    assert (found["coach_cursors_due"], found["coach_deliveries_waiting"]) == (0, 1)
    fire_at = session.scalars(select(Occurrence.fire_at)).one()
    done = {"state": "accepted", "attempts": 2, "ambiguous": 1, "finished_at": fire_at + timedelta(seconds=3)}
    session.execute(update(Delivery).values(**done))
    found = numbers(session, now)
    of = '{provider="webpush",kind="routine",state="accepted"}'
    assert (found[f"coach_deliveries_retried{of}"], found[f"coach_deliveries_ambiguous{of}"]) == (1, 1)
    assert found['coach_delivery_lateness_seconds{quantile="0.99"}'] == 3


def test_what_is_shed_is_counted_by_its_reason_for_five_minutes(session: Session, ana: Patient) -> None:
    reminders.stop(session, ana, ["routine"], SEVEN)
    tick(session, EIGHT + MINUTE)
    fire_at = session.scalars(select(Occurrence.fire_at)).one()
    shed = 'coach_occurrences{kind="routine",state="left_out",reason="stopped"}'
    second = timedelta(seconds=1)
    assert numbers(session, fire_at + 5 * MINUTE - second)[shed] == 1
    assert shed not in numbers(session, fire_at + 5 * MINUTE)


def test_the_audit_and_the_ages_are_there(session: Session, ana: Patient) -> None:
    zones.audit(session, SEVEN)
    found = numbers(session, EIGHT + HOUR)
    assert found["coach_cursors_differing"] == 0
    assert found["coach_cursors_audited"] >= 1
    assert 3000 < found['coach_age_seconds{of="oldest_due_reminder_s"}'] <= 3600


def test_metrics_are_served_as_prometheus_reads_them(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE coach_age_seconds gauge\n" in answer.text


def explained(session: Session, ana: Patient, now: datetime, days: int = 2) -> str:
    return "\n".join(reasons.lines(session, ana.id, now, days))


def test_everything_sent_and_held_back_is_explained(session: Session, ana: Patient) -> None:
    reminders.create(session, ana, kind="walk", minute=540, now=SEVEN)
    reminders.create(session, ana, kind="break_sitting", every=60, days=31, now=SEVEN)
    reminders.stop(session, ana, ["walk"], SEVEN)
    tick(session, EIGHT + 2 * HOUR)
    text = explained(session, ana, EIGHT + 2 * HOUR)
    assert f"Patient {ana.id}: Europe/Paris, shift day, quiet 21:30-07:30" in text
    assert "every 60 working minutes on Mon Tue Wed Thu Fri (set by the person)" in text
    assert "Mon 2026-03-02 08:00" in text
    assert "sent; pushes: pending after 0 tries" in text
    assert f"walk               left out: stopped: {reasons.WORDS['stopped']}" in text
    assert "Tue 2026-03-03 08:00" in text
    assert "will be sent, of use until 12:00" in text
    texts = session.scalars(select(Occurrence.text).where(Occurrence.text != "")).all()
    assert texts and not any(line in text for line in texts)


def test_every_reason_has_its_words() -> None:
    assert reasons.WORDS.keys() == set(REASONS)


def test_a_person_put_aside_stands_out(session: Session, ana: Patient) -> None:
    session.execute(update(Patient).values(zone="Mars/Olympus"))
    tick(session, EIGHT + MINUTE)
    session.execute(update(Patient).values(zone="Europe/Paris"))
    session.expire_all()
    assert "PUT ASIDE since 2026-03-02 07:01 UTC after 1 failures" in explained(session, ana, EIGHT + HOUR)


def test_the_command_prints_it_or_says_why_not(
    committed: sessionmaker[Session],
    config: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("coach.config.Config.from_env", lambda *_: config)
    with committed.begin() as session:
        known = patient(session, SEVEN).id
    assert cli.main(["reminders", "explain", str(known), "--days", "30"]) == 0
    assert "08:00 on Mon Tue Wed Thu Fri Sat Sun" in capsys.readouterr().out
    for wrong in ([str(known), "--days", "31"], [str(known), "--days", "0"], [str(uuid4())]):
        assert cli.main(["reminders", "explain", *wrong]) == 2
    assert "no such patient" in capsys.readouterr().err

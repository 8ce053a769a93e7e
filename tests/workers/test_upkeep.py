"""Stored instants after an upgrade of the zones' rules, and the audit that would notice one that is wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.reminders import Cursor
from coach.models.upkeep import Upkeep
from coach.services import cursors, zones
from tests.patients import patient
from tests.releases import NEXT, install
from tests.ticks import EIGHT, HOUR, SEVEN
from workers.upkeep import follow_zones

PEOPLE = 5


@pytest.fixture
def ids(committed: sessionmaker[Session], config: Config) -> list[UUID]:
    """Five people whose instants follow the installed release."""
    with committed.begin() as session:
        clock.move(session, config, SEVEN, speed=0)
        made = []
        for _ in range(PEOPLE):
            row = patient(session, SEVEN)
            row.next_day_at = row.adapt_at = SEVEN + 21 * HOUR  # four in the morning
            made.append(row.id)
    follow_zones(committed, config)
    return sorted(made)


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A release in which Paris keeps the time of Lisbon, one hour behind."""
    return lambda: install(monkeypatch, {"Europe/Paris": "Europe/Lisbon"})


def stored(committed: sessionmaker[Session]) -> set[datetime | None]:
    with committed() as session:
        return {at.replace(second=0, microsecond=0) for at in session.scalars(select(Cursor.next_at)) if at}


def row(committed: sessionmaker[Session]) -> Upkeep:
    with committed() as session:
        return session.scalars(select(Upkeep)).one()


@pytest.mark.parametrize("batch", [1, 2, PEOPLE, 100])
def test_a_new_release_moves_every_stored_instant_once(
    committed: sessionmaker[Session], config: Config, ids: list[UUID], upgrade: Callable[[], None], batch: int
) -> None:
    assert (stored(committed), row(committed).moved) == ({EIGHT}, 0)
    upgrade()
    follow_zones(committed, config, batch)
    assert stored(committed) == {EIGHT + HOUR}
    with committed() as session:
        assert set(session.scalars(select(Patient.next_day_at))) == {SEVEN + 22 * HOUR}
        assert set(session.scalars(select(Patient.adapt_at))) == {SEVEN + 22 * HOUR}
    assert (row(committed).tzdata, row(committed).moved) == (NEXT, PEOPLE)
    follow_zones(committed, config, batch)
    assert row(committed).moved == PEOPLE


def test_a_run_that_is_cut_off_goes_on_where_it_was(
    committed: sessionmaker[Session], ids: list[UUID], upgrade: Callable[[], None]
) -> None:
    upgrade()
    with committed.begin() as session:
        assert zones.follow(session, SEVEN, batch=2)
    assert (row(committed).reached, row(committed).moved) == (ids[1], 2)
    assert stored(committed) == {EIGHT, EIGHT + HOUR}
    with committed.begin() as session:
        assert zones.follow(session, SEVEN, batch=2)
        assert not zones.follow(session, SEVEN, batch=2)
    assert stored(committed) == {EIGHT + HOUR}


def test_an_unknown_zone_and_a_day_that_has_turned_hold_nobody_up(
    committed: sessionmaker[Session], config: Config, ids: list[UUID], upgrade: Callable[[], None]
) -> None:
    with committed.begin() as session:
        session.execute(update(Patient).where(Patient.id == ids[0]).values(zone="Mars/Olympus"))
        session.execute(update(Patient).where(Patient.id == ids[1]).values(next_day_at=SEVEN, adapt_at=SEVEN))
    upgrade()
    follow_zones(committed, config)
    with committed() as session:
        assert session.get_one(Patient, ids[1]).next_day_at == SEVEN
        assert row(committed).moved == PEOPLE - 1


def test_the_audit_finds_the_one_cursor_that_is_wrong(
    committed: sessionmaker[Session], config: Config, ids: list[UUID]
) -> None:
    with committed.begin() as session:
        assert zones.audit(session, SEVEN) == 0
        session.execute(update(Cursor).where(Cursor.patient_id == ids[4]).values(next_at=EIGHT + HOUR))
        assert zones.audit(session, SEVEN + timedelta(days=1), size=PEOPLE) <= 1
        found = [zones.audit(session, SEVEN) for _ in range(20)]
    assert max(found) == 1
    assert row(committed).audited_at == SEVEN


def test_who_was_put_aside_is_not_audited(committed: sessionmaker[Session], ids: list[UUID]) -> None:
    with committed.begin() as session:
        session.execute(update(Cursor).values(failed_at=SEVEN, failures=1, next_at=SEVEN))
        assert zones.audit(session, SEVEN) == 0
    assert row(committed).audited == 0


def test_a_tick_and_an_edit_store_the_same_instant(session: Session) -> None:
    ana = patient(session, SEVEN)
    cursor = cursors.claim(session, ana.id, SEVEN)
    assert cursor.next_at == cursors.next_at(ana, cursor, cursors.rules(session, ana.id))

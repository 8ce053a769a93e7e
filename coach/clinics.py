"""What an operator does for a clinic by command: open it, give it its first administrator, let them in again.

Passwords are asked for, or read from the first line of standard input, so that no history holds one.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from coach import clock
from coach.config import CannotStart, Config
from coach.database import make_engine, make_sessions
from coach.services import accounts, measures, two_factor
from coach.services.problems import Problem
from programs import catalog


def open_clinic(config: Config, *, name: str, zone: str, email: str, person: str) -> int:
    password = _password()
    with _unit(config) as (session, now):
        accounts.open_clinic(session, name=name, zone=zone, email=email, password=password, person=person, now=now)
    print(f"{name} is open; {person} is on duty. Next: coach add-administrator, who invites staff and names a deputy.")
    return 0


def add_administrator(config: Config, *, email: str, person: str) -> int:
    password = _password()
    with _unit(config) as (session, now):
        clinic = accounts.add_administrator(session, email=email, password=password, person=person, now=now)
        name = clinic.name
    print(f"{person} administers {name}. The first log-in sets up a second factor.")
    return 0


def reset_two_factor(config: Config, *, email: str) -> int:
    with _unit(config) as (session, _):
        account = accounts.named(session, email)
        if account is None or account.role not in two_factor.STAFF:
            raise CannotStart(f"{email}: no member of staff has this e-mail")
        two_factor.reset(session, account, clock.real_now())
    print(f"{email} is logged out and sets up a second factor at the next log-in.")
    return 0


def recall(config: Config, *, exercise: str, reason: str, ends: bool) -> int:
    return _measure(config, "recall", exercise, reason, ends)


def freeze(config: Config, *, reason: str, ends: bool) -> int:
    return _measure(config, "freeze", None, reason, ends)


def _measure(config: Config, kind: str, exercise: str | None, reason: str, ends: bool) -> int:
    """Of the whole service: written into every patient's log, batch by batch, before the command ends."""
    with _unit(config) as (session, now):
        if ends:
            found = [
                each for each in measures.standing(session, None) if (each.kind, each.exercise) == (kind, exercise)
            ]
            if not found:
                raise CannotStart(f"{exercise or kind}: nothing of this kind stands")
            measure_id = measures.end(session, None, found[0].id, now).id
        else:
            made = measures.start(
                session, kind, clinic_id=None, exercise=exercise, reason=reason, author_id=None, now=now,
                catalog=catalog.load(),
            )  # fmt: skip
            measure_id = made.id
    reached = more = 0
    while reached == 0 or more:
        with _unit(config) as (session, now):
            more = measures.spread(session, measure_id, now)
        reached += more
        if not more:
            break
    what = "all raises" if exercise is None else exercise
    print(
        f"{what}: {'free again' if ends else 'stopped'} for {reached} patients; phones learn of it at their next sync."
    )
    return 0


def _password() -> str:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not accounts.PASSWORD_SHORTEST <= len(password) <= accounts.PASSWORD_LONGEST:
        raise CannotStart(f"The password must have at least {accounts.PASSWORD_SHORTEST} characters.")
    return password


@contextmanager
def _unit(config: Config) -> Iterator[tuple[Session, datetime]]:
    """One transaction; what the services refuse becomes one line."""
    engine = make_engine(config.database_url)
    try:
        with make_sessions(engine).begin() as session:
            yield session, clock.read(session, config)
    except (Problem, ValueError) as error:
        raise CannotStart(getattr(error, "detail", "") or getattr(error, "title", "") or str(error)) from None
    finally:
        engine.dispose()

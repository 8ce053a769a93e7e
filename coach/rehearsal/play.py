"""Plays cases: day by day, all people side by side, each day judged on what the worker has stored."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from coach import clock
from coach.differences import first_difference
from coach.models.people import Patient as PatientRow
from coach.models.plans import Decision as DecisionRow
from coach.models.plans import Plan as PlanRow
from coach.processes import wait_until
from coach.rehearsal.people import Account, Patient, Refused, batches, open_clinic, register
from coach.rehearsal.service import Running, running
from coach.services import plans
from programs import adapt, canonical, cases
from programs.cases import Case
from programs.catalog import Catalog
from programs.events import Event
from programs.plan import Decision, Plan
from programs.routine import Routine

MORNING = time(6, tzinfo=UTC)  # of the same local day in the people's zone
STORED_WITHIN_S = 60.0


@dataclass
class Role:
    """One case in play."""

    case: Case
    lines: list[Event]
    person: Patient | None = None
    difference: str | None = None
    calls: list[list[Event]] = field(default_factory=list)  # of today

    def day(self, today: date) -> int:
        return (today - self.case.start).days

    def plays(self, today: date) -> bool:
        return self.difference is None and 0 <= self.day(today) <= self.case.last_day


def play(played: Sequence[Case], catalog: Catalog) -> list[str | None]:
    """What each case, in order, found first that is not as it should be; None if all is.

    As it should be: every expectation holds, and the last stored plan is the one that the pure run makes.
    Cases with `state` cannot be played: nobody starts a service in the middle of a course.
    """
    roles = [Role(case, cases.log(case, catalog)) for case in played]
    if not roles:
        return []
    days = sorted({role.case.date(day) for role in roles for day in range(role.case.last_day + 1)})
    with running() as service:
        begin = datetime.combine(days[0], MORNING)
        service.move(begin)
        rehearsal = _Rehearsal(service, open_clinic(service, begin), roles, catalog)
        for today in days:
            number = rehearsal.live(today)
            if sys.stderr.isatty():
                print(f"\r{today}: {number} in play ", end="", file=sys.stderr, flush=True)
    return [role.difference for role in roles]


class _Rehearsal:
    def __init__(self, service: Running, physiotherapist: Account, roles: list[Role], catalog: Catalog) -> None:
        self._service, self._physiotherapist, self._roles, self._catalog = service, physiotherapist, roles, catalog

    def live(self, today: date) -> int:
        """One day of everybody who is in play; how many they are."""
        roles = [role for role in self._roles if role.plays(today)]
        self._speak(roles, today)
        self._wait(roles, today)
        for role in roles:
            self._judge(role, today)
            if role.difference is not None or role.day(today) == role.case.last_day:
                self._take_leave(role.person)
        return len(roles)

    def _speak(self, roles: list[Role], today: date) -> None:
        """Each person's calls of a day in their order; the clock moves a minute between one and the next."""
        for role in roles:
            role.calls = batches([line for line in role.lines if line.day == today])
        for turn in range(max((len(role.calls) for role in roles), default=0) or 1):
            at = datetime.combine(today, MORNING) + timedelta(minutes=turn)
            self._service.move(at)
            for role in roles:
                if turn < len(role.calls) and role.difference is None:
                    self._say(role, role.calls[turn], at)

    def _say(self, role: Role, lines: list[Event], at: datetime) -> None:
        try:
            if role.person is None:
                number = self._roles.index(role)
                role.person = register(self._service, number, self._physiotherapist, self._catalog)
            role.person.say(lines, at)
        except Refused as refused:
            role.difference = f"day {role.day(at.date())}: refused: {refused}"

    def _wait(self, roles: list[Role], today: date) -> None:
        """Until the worker has stored this day's plans with all that was said, or has given one up."""
        waiting = {role.person.id: role for role in roles if role.person and role.difference is None}
        stored = and_(PlanRow.day == today, PlanRow.folded_seq == PatientRow.last_seq)
        done = select(PatientRow).join(PlanRow, PlanRow.patient_id == PatientRow.id)
        done = done.where(or_(stored, PatientRow.failed_at.is_not(None)))

        def all_done() -> bool:
            with self._service.sessions() as session:
                for patient in session.scalars(done.where(PatientRow.id.in_(waiting))):
                    role = waiting.pop(patient.id)
                    if patient.failed_at is not None:
                        role.difference = f"day {role.day(today)}: {self._why_not_stored(session, patient)}"
            return not waiting

        if not wait_until(all_done, STORED_WITHIN_S, 0.03):
            for role in waiting.values():
                role.difference = f"day {role.day(today)}: no plan stored within {STORED_WITHIN_S:.0f} s"

    def _why_not_stored(self, session: Session, patient: PatientRow) -> str:
        """Does in this process, without a commit, what the worker could not."""
        try:
            plans.store(session, patient, clock.read(session, self._service.config), self._catalog)
        except Exception as error:  # whatever it was is what is asked for
            return f"the plan cannot be stored: {' '.join(str(error).split())[:300]}"
        return "the worker could not store the plan, this process can"

    def _judge(self, role: Role, today: date) -> None:
        if role.difference is not None or role.person is None:
            return
        day, last = role.day(today), role.day(today) == role.case.last_day
        if not last and day not in {expectation.day for expectation in role.case.expect}:
            return
        plan, decisions = self._stored(role.person, today)
        document = role.person.routine()
        served = canonical.from_json(Routine, {part.name: document[part.name] for part in fields(Routine)})
        role.difference = cases.judge_day(role.case, day, plan, served, decisions, self._catalog)
        if last:
            role.difference = role.difference or self._unlike_the_pure_run(role, plan)

    def _stored(self, person: Patient, today: date) -> tuple[Plan, Iterable[Decision]]:
        """From the tables: the API tells plan and decisions in words, without streaks, zones and scores."""
        standing = (DecisionRow.patient_id == person.id, DecisionRow.day == today, DecisionRow.superseded_by.is_(None))
        with self._service.sessions() as session:
            row = session.get_one(PlanRow, person.id)
            made = session.scalars(select(DecisionRow.body).where(*standing).order_by(DecisionRow.id))
            return canonical.from_json(Plan, row.state), [canonical.from_json(Decision, body) for body in made]

    def _unlike_the_pure_run(self, role: Role, stored: Plan) -> str | None:
        pure = adapt.fold(None, role.lines, role.case.date(role.case.last_day), self._catalog).plan
        # The intake's id is the only name of an event that a plan holds; the service gives its own.
        found = first_difference(canonical.to_json(replace(pure, intake=stored.intake)), canonical.to_json(stored))
        return f"the pure run's plan differs: {found.path}: {found.one!r}, stored {found.other!r}" if found else None

    def _take_leave(self, person: Patient | None) -> None:
        """Nobody looks at this person again: their silence need not be judged for as long as others play."""
        if person is not None:
            with self._service.sessions.begin() as session:
                session.execute(update(PatientRow).where(PatientRow.id == person.id).values(adapt_at=None))

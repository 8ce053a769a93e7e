"""A month of reminders for a random person: rules, moves between zones, locks, sessions and late ticks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import strategies as st

from programs import schedule
from programs.schedule import BREAKS, KINDS, RANKED, Course, Local, Moment, Rule, Sent, Standing, Verdict

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # with a clock change in America and in Europe
END = BEGIN + timedelta(days=30)
PERSON = UUID("6f1c2a52-5a9e-4a55-9d3c-0b8a1c3f7e10")
TEXTS = tuple(f"text {number}" for number in range(12))  # no fewer are allowed
ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Kathmandu")


@dataclass(frozen=True)
class Life:
    """What is set and what happens, before any of it is looked at."""

    rules: tuple[Rule, ...]
    locals: tuple[tuple[datetime, Local], ...]  # from when on each is in force
    locks: tuple[tuple[datetime, datetime], ...]
    sessions: frozenset[date]
    flares: bool
    step: timedelta  # between two ticks; zero = at each due moment
    acts: bool  # or ignores everything


@dataclass(frozen=True)
class Handed:
    """One reminder handed over: what for, when it was due, when it left, and how the person lived then."""

    moment: Moment
    verdict: Verdict
    at: datetime
    local: Local
    locked: bool
    text: str
    before: tuple[Sent, ...]  # what had been sent or promised when it was judged, this one included

    @property
    def kind(self) -> str:
        return self.moment.rule.kind


def play(life: Life) -> list[Handed]:
    """Ticks and hands over as the service does, without a service: what leaves, in order."""
    handed: list[Handed] = []
    waiting: list[tuple[Moment, Verdict, str, tuple[Sent, ...]]] = []
    known: set[tuple[UUID, date, int]] = set()
    passed_at = now = BEGIN
    told = 0
    while now < END:
        local, standing = _local(life, now), _standing(life, now, handed, waiting)
        run = schedule.run(life.rules, local, passed_at, now)
        passed_at = run.passed_at
        new = [moment for moment in run.moments if _key(moment) not in known]
        known |= set(map(_key, new))
        for moment, verdict, met in schedule.judge_all(new, life.rules, local, standing, now):
            if verdict.state == "due":
                lately = _lately(moment.rule.kind, verdict.fire_at, handed)
                text = schedule.choose(TEXTS, PERSON, schedule.turn(moment, told), lately)
                told += bool(KINDS[moment.rule.kind].rank)
                waiting.append((moment, verdict, text, (*met.sent, Sent(moment.rule.kind, verdict.fire_at))))
        still = []
        for moment, planned, text, before in waiting:
            verdict = planned
            if planned.fire_at <= now:
                kind, crosses = moment.rule.kind, moment.rule.crosses_quiet
                standing = _standing(life, now, handed, waiting)
                verdict = schedule.judge_again(kind, planned, local, standing, now, crosses_quiet=crosses)
                if verdict.state == "due" and verdict.fire_at <= now:
                    handed.append(Handed(moment, verdict, now, local, standing.locked, text, before))
            if verdict.state == "due" and verdict.fire_at > now:
                still.append((moment, verdict, text, before))
        waiting = still
        coming = [run.next_at or END, *(verdict.fire_at for _, verdict, *_ in waiting)]
        now = now + life.step if life.step else max(min(coming), now + timedelta(seconds=1))
    return handed


def _key(moment: Moment) -> tuple[UUID, date, int]:
    return moment.rule.id, moment.day, moment.slot


def _lately(kind: str, at: datetime, handed: Sequence[Handed]) -> set[str]:
    return {each.text for each in handed if each.kind == kind and at - each.verdict.fire_at < timedelta(days=8)}


def _local(life: Life, now: datetime) -> Local:
    return [local for since, local in life.locals if since <= now][-1]


def _standing(life: Life, now: datetime, handed: Sequence[Handed], waiting: Sequence[tuple]) -> Standing:  # type: ignore[type-arg]
    local = _local(life, now)
    today = schedule.local_day(now, local.zone, local.day_starts_at)
    sent = [Sent(each.kind, each.verdict.fire_at) for each in handed]
    sent += [Sent(moment.rule.kind, verdict.fire_at) for moment, verdict, *_ in waiting]
    counted = tuple(
        each
        for each in sent
        if (KINDS[each.kind].rank and each.at > now - schedule.SENT_LASTS)
        or (each.kind in BREAKS and each.at > now - timedelta(days=2))
    )
    moves = [since for (_, before), (since, after) in pairwise(life.locals) if before.zone != after.zone]
    return Standing(
        locked=any(first <= now < last for first, last in life.locks),
        done_day=max((day for day in life.sessions if day <= today), default=None),
        course=Course(begun=BEGIN.date(), flare=life.flares, support=True),
        sent=counted,
        ignored=0 if life.acts else sum(bool(KINDS[each.kind].rank) for each in handed),
        moved_at=max((since for since in moves if since <= now), default=None),
    )


minutes = st.integers(0, 1439)
instants = st.integers(0, 30 * 24 * 60).map(lambda number: BEGIN + timedelta(minutes=number))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """One reminder of any shape."""
    kind = draw(st.sampled_from((*RANKED, *RANKED, *BREAKS, "own", "message", "visit", "red_flag_followup")))
    made = Rule(draw(st.uuids()), kind, None, draw(st.sampled_from((127, 127, 0b0010101))), None, BEGIN)
    if kind in BREAKS:
        return replace(made, every=draw(st.sampled_from((45, 90, 180))))
    if KINDS[kind].care:
        at = draw(instants)
        return replace(made, days=None, at=at, until=at + timedelta(hours=2) if kind == "visit" else None)
    return replace(made, minute=draw(minutes), crosses_quiet=kind == "own" and draw(st.booleans()))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A person's month."""
    changes = sorted({BEGIN, *draw(st.lists(instants, max_size=4))})
    locks = [(at, at + timedelta(hours=draw(st.integers(1, 100)))) for at in draw(st.lists(instants, max_size=2))]
    return Life(
        tuple(draw(st.lists(rules(), min_size=1, max_size=7, unique_by=lambda rule: rule.id))),
        tuple((at, draw(_locals())) for at in changes),
        tuple(locks),
        frozenset(BEGIN.date() + timedelta(day) for day in draw(st.sets(st.integers(0, 30), max_size=12))),
        draw(st.booleans()),
        draw(st.sampled_from((timedelta(), timedelta(hours=1), timedelta(hours=3), timedelta(hours=7)))),
        draw(st.booleans()),
    )


@st.composite
def _locals(draw: st.DrawFn) -> Local:
    quiet_from, length = draw(minutes), draw(st.integers(0, 14 * 60))
    return Local(
        draw(st.sampled_from(ZONES)),
        draw(st.sampled_from((0, 240, 360))),
        quiet_from,
        (quiet_from + length) % 1440,
        schedule.spread(PERSON),
        draw(minutes),
        draw(minutes),
    )

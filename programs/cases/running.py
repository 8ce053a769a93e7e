"""A case as a log, folded day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from programs import adapt, routine
from programs import events as log_of
from programs.cases.judging import check_words, judge_day
from programs.cases.reading import Case, Told
from programs.catalog import Catalog
from programs.course import Direction, Pinned
from programs.events import Event
from programs.plan import Dose, Item, Plan, Why
from programs.rules import program
from programs.rules.draft import Draft

INTAKE = "intake"


def run(case: Case, catalog: Catalog) -> str | None:
    """Folds a case day by day; the first difference, or None. Raises BadCase for words the content does not know."""
    check_words(case, catalog)
    events = log(case, catalog)
    opening: Plan | None = None
    for day in range(case.last_day + 1):
        today = case.date(day)
        first = opening.day if opening else case.start
        try:
            folded = adapt.fold(opening, [e for e in events if first <= e.day <= today], today, catalog)
        except ValueError as error:
            return f"day {day}: {error}"
        opening = folded.opening
        served = routine.build(folded.plan, today, catalog, "en")
        difference = judge_day(case, day, folded.plan, served, folded.decisions, catalog)
        if difference is not None:
            return difference
    return None


def log(case: Case, catalog: Catalog) -> list[Event]:
    """The whole log of a case: intake, what is assigned or given as state, the daily cards, and what is told."""
    start: list[tuple[str, log_of.Author, Any]] = [
        (INTAKE, "patient", log_of.Intake(patient=case.patient, red_flags=case.red_flags))
    ]
    if case.program is not None and case.state is None:
        start.append(("assigned", "clinician", log_of.Assigned(program=case.program)))
    lines = [Told(0, kind, author, body) for kind, author, body in start]
    events = [_event(case, place, line) for place, line in enumerate(lines)]
    if case.state is not None:
        plan = _snapshot(case, events[:1], catalog)
        events.append(_event(case, len(events), Told(0, "rebased", "system", log_of.Rebased(plan=plan))))
    answered = {line.day for line in case.told if line.kind == "checkin"} | ({0} if case.red_flags else set())
    daily = [
        Told(day, "checkin", "patient", log_of.Checkin()) for day in range(case.last_day + 1) if day not in answered
    ]
    return events + [_event(case, 10 + place, line) for place, line in enumerate((*daily, *case.told))]


def _event(case: Case, place: int, line: Told) -> Event:
    day = case.date(line.day)
    at = datetime.combine(day, time(6), UTC) + timedelta(seconds=place)
    name = INTAKE if line.kind == INTAKE else f"{line.kind}-{place:05d}"
    return Event(name, day, at, line.kind, line.author, line.body)


def _snapshot(case: Case, events: list[Event], catalog: Catalog) -> Plan:
    """The plan a case with `state` starts from, as its day 0 opens."""
    state = case.state or {}
    if case.program is not None:
        told = Told(0, "assigned", "clinician", log_of.Assigned(program=case.program))
        events = [*events, _event(case, 1, told)]
    draft = Draft(adapt.fold(None, events, case.start, catalog).plan, catalog)
    week = int(state.get("week", 1))
    draft.began = case.start - timedelta(days=7 * (week - 1))
    draft.new_until = draft.began + timedelta(days=catalog.constants.session.new_person_days)
    if week > 1 and draft.program is not None:
        program.enter(draft, draft.program, draft.program, week)
    if "items" in state:
        _own_items(draft, state["items"], case)
    _history(draft, state, case)
    passed = (case.start - draft.began).days
    weeks = (*catalog.constants.response.check_weeks, catalog.constants.referrals.leg_late_week)
    draft.response = type(draft.response)(checked=tuple(week for week in weeks if week * 7 < passed))
    if draft.own_items:
        draft.refresh_allowed()  # the plan is exactly these
    else:
        program.refresh(draft)
    return draft.freeze()


def _own_items(draft: Draft, raw: dict[str, dict[str, Any]], case: Case) -> None:
    draft.own_items, draft.new_until, draft.missing = True, None, ()
    draft.slots = tuple(raw)
    draft.items = tuple(
        Item(
            name,
            Dose(int(item["sets"]), int(item["amount"])),
            Why("planned", draft.program or "O"),
            slot=name,
            streak=int(item.get("streak", 0)),
            level_up_day=_day(case, item.get("level_up_day")),
        )
        for name, item in raw.items()
    )


def _history(draft: Draft, state: Any, case: Case) -> None:
    ups = (item.level_up_day for item in draft.items)
    draft.change(
        last_session=_day(case, state.get("last_session", -2)),
        last_progress=_day(case, state.get("last_progress")),
        counted_from=draft.began,
        level_ups=tuple(sorted(day for day in ups if day and (case.start - day).days < 7)),
        loads=(),
    )
    draft.pinned = Pinned(
        state.get("base_morning"), float(state.get("adherence7", 0.8)), float(state.get("adherence14", 0.8))
    )
    if state.get("mode", "normal") != "normal":
        draft.mode, draft.mode_day = state["mode"], _day(case, state.get("mode_since", 0))
        draft.mode_rule = "F1" if draft.mode == "flare" else "D2"
    draft.flares = tuple(case.date(day) for day in state.get("flares", ()))
    locks = {name: case.date(day) for name, day in (state.get("direction_locks") or {}).items()}
    draft.direction = Direction(value=state.get("direction", "unknown"), locks=locks)
    steps = state.get("steps") or {}
    draft.walking = type(draft.walking)(goal=steps.get("goal"), base=steps.get("base"))


def _day(case: Case, day: int | None) -> date | None:
    return None if day is None else case.date(day)

"""A case file, read strictly: unknown keys and words are errors that name the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from programs import canonical, events
from programs.cases.format import (
    ANSWERS,
    CLINICIANS,
    DAYS_MOST,
    DEFAULT_PATIENT,
    ENDS,
    EVENTS,
    EXPECTED,
    KINDS,
    LINES_MOST,
    ONLY_WITH,
    RULE,
    STATE,
    WORDS,
    WORDS_OF,
)  # fmt: skip
from programs.patient import Changes, Patient
from programs.yaml_file import BadContent, read


class BadCase(BadContent):
    """A case file that cannot be read: "<file>: <place>: <reason>"."""


@dataclass(frozen=True)
class Told:
    """One thing that happened, on one day of the case."""

    day: int
    kind: str
    author: events.Author
    body: events.Body


@dataclass(frozen=True)
class Expectation:
    """What must then hold on a day, for the keys named."""

    day: int
    what: str
    keys: Mapping[str, Any]

    def __str__(self) -> str:
        named = ", ".join(f"{key} {value}" for key, value in self.keys.items())
        return f"day {self.day} {self.what} {named}"


@dataclass(frozen=True)
class Case:
    """A case as written. `told` is in the order of days, then of the file; `state` is None for a fresh plan."""

    name: str
    title: str
    rules: tuple[str, ...]
    start: date
    patient: Patient
    red_flags: Mapping[str, Any]
    program: str | None
    state: Mapping[str, Any] | None
    told: tuple[Told, ...]
    expect: tuple[Expectation, ...]

    @property
    def last_day(self) -> int:
        return max([0, *(e.day for e in self.expect), *(t.day for t in self.told)])

    def date(self, day: int) -> date:
        return self.start + timedelta(days=day)


def load(path: Path) -> Case:
    """Reads one file. Raises BadCase naming the file, the place and what is wrong there."""
    data = read(path)
    try:
        return _case(path.stem, data)
    except BadCase:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise BadCase(f"{path.name}: {' '.join(str(error).split())}") from error


def _case(stem: str, data: Any) -> Case:
    needed = {"case", "title", "rules", "start", "events", "expect"}
    _keys(data, needed | {"patient", "program", "state"}, needed, "case")
    if data["case"] != stem:
        raise ValueError(f"case: {data['case']!r} is not the file's name")
    start = canonical.from_json(date, data["start"])
    person = {**DEFAULT_PATIENT, **_mapping(data.get("patient") or {}, "patient")}
    red_flags = _answers(person.pop("red_flags", None) or {}, "patient.red_flags")
    for key, diagnosis in ONLY_WITH.items():
        if key in person and diagnosis not in person["conditions"]:
            raise ValueError(f"patient.{key}: only with {diagnosis}")
    patient = canonical.from_json(Patient, _facts(person, start, "patient"))
    told = [
        (day, line) for place, raw in enumerate(_list(data["events"], "events"))
        for day, line in _told(raw, f"events.{place}", start, patient)
    ]  # fmt: skip
    told.sort(key=lambda pair: pair[0])  # stable: the file's order within a day
    return Case(
        name=stem,
        title=_text(data["title"], "title"),
        rules=tuple(_rule(rule) for rule in _list(data["rules"], "rules")),
        start=start,
        patient=patient,
        red_flags=red_flags,
        program=data.get("program"),
        state=_state(data["state"]) if data.get("state") is not None else None,
        told=tuple(line for _, line in told),
        expect=tuple(_expectation(e, f"expect.{place}") for place, e in enumerate(_list(data["expect"], "expect"))),
    )


def _facts(raw: Mapping[str, Any], day: date, place: str) -> dict[str, Any]:
    """A case's patient keys as a patient's fields; days ago become dates."""
    facts: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "duration_days":
            facts["episode_day"] = (day - timedelta(days=value)).isoformat()
        elif key == "conditions":
            facts["diagnoses"] = value
        elif key == "pregnancy_week":
            facts["pregnancy_day"] = None if value is None else (day - timedelta(weeks=value)).isoformat()
        elif key in ("birth", "surgery"):
            facts[key] = _ago(value, day, "mode" if key == "birth" else "cleared", f"{place}.{key}")
        elif key == "spli_grade":
            facts["slip_grade"] = value
        elif key == "blood_pressure":
            facts["systolic"], facts["diastolic"] = value
        elif key in DEFAULT_PATIENT:
            facts[key] = value
        else:
            raise ValueError(f"{place}.{key}: is unknown")
    return facts


def _ago(raw: Any, day: date, other: str, place: str) -> dict[str, Any] | None:
    if raw is None:
        return None
    _keys(raw, {"days_ago", other}, {"days_ago", other}, place)
    return {"day": (day - timedelta(days=raw["days_ago"])).isoformat(), other: raw[other]}


def _told(raw: Any, place: str, start: date, patient: Patient) -> Iterable[tuple[int, Told]]:
    kind = str(_mapping(raw, place).get("kind"))
    if kind not in EVENTS:
        raise ValueError(f"{place}.kind: {kind!r} is no kind of event")
    _keys(raw, EVENTS[kind] | {"day", "days", "kind"}, {"kind"}, place)
    if ("day" in raw) == ("days" in raw):
        raise ValueError(f"{place}: needs day or days")
    values = {key: value for key, value in raw.items() if key not in ("day", "days", "kind")}
    days = raw["days"] if "days" in raw else [raw["day"]]
    for day in days:
        if type(day) is not int or not 0 <= day <= DAYS_MOST:
            raise ValueError(f"{place}.day: {day!r} is not within 0 to {DAYS_MOST}")
        author: events.Author = "clinician" if kind in CLINICIANS or values.get("by") == "clinician" else "patient"
        try:
            body = _body(kind, values, start, day, patient, place)
        except canonical.Misfit as misfit:
            raise ValueError(f"{place}.{misfit}") from misfit
        yield day, Told(day, KINDS.get(kind, kind), author, body)


def _body(kind: str, raw: dict[str, Any], start: date, day: int, patient: Patient, place: str) -> events.Body:
    today = start + timedelta(days=day)
    values = dict(raw)
    if kind == "session":
        values = _session(values, patient)
    elif kind == "checkin":
        values["answers"] = _answers(values.get("answers") or {}, f"{place}.answers")
        values["full"] = True
    elif kind == "release":
        if values.pop("by", None) not in ("clinician", "patient"):
            raise ValueError(f"{place}.by: must be clinician or patient")
    elif kind == "motor":
        values = {"left": values.get("left") or {}, "right": values.get("right") or {}}
    elif kind == "condition":
        values = {"changes": _changes(_mapping(values.get("set"), f"{place}.set"), today, f"{place}.set")}
    elif kind == "override":
        if values.get("until") is not None:
            values["until"] = (start + timedelta(days=values["until"])).isoformat()
    elif kind == "measure":
        values["kind"] = values.pop("kind_of", None)
    elif kind == "settle":
        values["kind"] = values.pop("referral", None)
    elif kind == "away":
        values |= {key: (start + timedelta(days=values[key])).isoformat() for key in ("first", "last")}
    elif kind == "assign" and ("program" in values) == ("exercises" in values):
        raise ValueError(f"{place}: needs program or exercises")
    return events.body_from_json(KINDS.get(kind, kind), values)


def _session(raw: dict[str, Any], patient: Patient) -> dict[str, Any]:
    """A session with the defaults of a case: the leg as at onboarding, all done, effort 5."""
    leg = {"leg_pre": patient.leg, "leg_post": patient.leg, "loc_pre": patient.location, "loc_post": patient.location}
    values = {**leg, "done": 1, "rpe": 5, **raw}
    usual = {"done": values["done"], "rpe": values["rpe"]}
    values["items"] = {name: {**usual, **own} for name, own in (values.get("items") or {}).items()}
    return values


def _changes(raw: Mapping[str, Any], today: date, place: str) -> dict[str, Any]:
    ended = [ENDS[key] for key, value in raw.items() if value is None and key in ENDS]
    given = {key: value for key, value in raw.items() if value is not None}
    changes = {**_facts(given, today, place), "ended": ended}
    canonical.from_json(Changes, changes)
    return changes


def _answers(raw: Any, place: str) -> dict[str, Any]:
    return {str(flag): ANSWERS.get(answer, answer) for flag, answer in _mapping(raw, place).items()}


def _state(raw: Any) -> Mapping[str, Any]:
    _keys(raw, STATE, set(), "state")
    for name, item in (raw.get("items") or {}).items():
        _keys(item, {"sets", "amount", "streak", "level_up_day"}, {"sets", "amount"}, f"state.items.{name}")
    _keys(raw.get("steps") or {}, {"goal", "base"}, set(), "state.steps")
    _keys(raw.get("direction_locks") or {}, {"extension", "flexion"}, set(), "state.direction_locks")
    if raw.get("mode", "normal") not in ("normal", "flare", "deload"):
        raise ValueError(f"state.mode: {raw['mode']!r} is none of normal, flare, deload")
    if raw.get("direction", "unknown") not in WORDS_OF["direction", "value"]:
        raise ValueError(f"state.direction: {raw['direction']!r} is no direction")
    return dict(raw)


def _expectation(raw: Any, place: str) -> Expectation:
    what = str(_mapping(raw, place).get("is"))
    if what not in EXPECTED:
        raise ValueError(f"{place}.is: {what!r} is unknown")
    _keys(raw, EXPECTED[what] | {"day", "is"}, {"day", "is"}, place)
    if type(raw["day"]) is not int or not 0 <= raw["day"] <= DAYS_MOST:
        raise ValueError(f"{place}.day: {raw['day']!r} is not within 0 to {DAYS_MOST}")
    keys = {key: value for key, value in raw.items() if key not in ("day", "is")}
    for key, value in keys.items():
        words = WORDS_OF.get((what, key)) or WORDS.get(key)
        if words is not None and value not in words:
            raise ValueError(f"{place}.{key}: {value!r} is none of {', '.join(sorted(words))}")
    return Expectation(raw["day"], what, keys)


def _rule(raw: Any) -> str:
    if not isinstance(raw, str) or not RULE.fullmatch(raw):
        raise ValueError(f"rules: {raw!r} is no rule")
    return raw


def _keys(raw: Any, known: Iterable[str], needed: Iterable[str], place: str) -> None:
    given = set(map(str, _mapping(raw, place)))
    if unknown := sorted(given - set(known)):
        raise ValueError(f"{place}.{unknown[0]}: is unknown")
    if missing := sorted(set(needed) - given):
        raise ValueError(f"{place}.{missing[0]}: is missing")


def _mapping(raw: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError(f"{place}: must be a mapping")
    return raw


def _list(raw: Any, place: str) -> list[Any]:
    if not isinstance(raw, list) or len(raw) > LINES_MOST:
        raise ValueError(f"{place}: must be a list of at most {LINES_MOST}")
    return raw


def _text(raw: Any, place: str) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"{place}: must be a text")
    return raw

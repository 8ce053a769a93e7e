"""Entries and findings on behalf of a patient: what was told or found in a consultation counts like their own."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, patient, site
from coach.console.forms import Choices, Field, Form, choices, new_id, read
from coach.console.site import blueprint, t
from coach.models.people import Patient
from coach.services import diary, plans
from coach.services.diary import Entry
from coach.services.problems import Problem, not_found
from programs import entries, events, outcomes, schedule
from programs.patient import Diagnosis

KINDS = ("morning", "session", "checkin", "motor", "direction_test", "questionnaire", "weight", "steps", "condition",
         "flare")  # fmt: skip
OLDEST_DAYS = diary.OLDEST.days
NOON = 12 * 60


@blueprint.get("/patients/<uuid:patient_id>/record")
@doors.open_to(*CLINICIAN)
def record(patient_id: UUID) -> str:
    kind = request.args.get("kind", KINDS[0])
    if kind not in KINDS:
        raise not_found()
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "read record")
        form = _form(top.patient, kind, unit.now) if top.plan else None
        return patient.page(unit, "record.html", top, "record", kind=kind, kinds=KINDS, form=form)


@blueprint.post("/patients/<uuid:patient_id>/record/<string:kind>")
@doors.open_to(*CLINICIAN)
def add_entry(patient_id: UUID, kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        raise not_found()
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "record entries", lock=True)
        data = read(_form(row, kind, unit.now))
        entry = _entry(row, kind, data, unit.now)
        (receipt,) = diary.record(unit.session, row, [entry], author=edge.identity(), now=unit.now, catalog=catalog)
        if receipt.status == "conflict":
            raise Problem("conflict", 409, "Another entry with this id is stored.")
        if receipt.status == "invalid":
            raise Problem("invalid", 422, "Some fields were not accepted.", fields=_by_field(receipt.fields))
    edge.parts().waker.wake("notices")
    edge.parts().waker.wake("adapt")
    return site.done(url_for("console.timeline", patient_id=patient_id), "recorded")


def _entry(row: Patient, kind: str, data: dict[str, Any], now: datetime) -> Entry:
    """Raises Problem 422 for a body that the rules cannot take."""
    day, id_ = data.pop("day"), data.pop("id")
    today = plans.today(row, now)
    at = now if day == today else schedule.instant(day, NOON, row.zone) or now
    try:
        body = _body(kind, data)
        if isinstance(body, events.Questionnaire):
            sheet = outcomes.Sheet(body.name, body.score, body.items, body.applies, body.answered)
            outcomes.score(sheet, edge.parts().catalog)
    except ValueError as error:
        field, _, reason = str(error).rpartition(": ")
        raise Problem("invalid", 422, "Some fields were not accepted.", fields={field or "body": reason}) from error
    digest = hashlib.sha256(json.dumps([kind, data], sort_keys=True, default=str).encode()).hexdigest()
    return Entry(id_, at, row.zone, day, kind, body, digest)


def _body(kind: str, data: dict[str, Any]) -> events.Body:
    told = {name: value for name, value in data.items() if value is not None}
    match kind:
        case "checkin":
            return events.Checkin(answers=dict.fromkeys(told["flags"], "yes"))
        case "motor":
            sides = {side: {name: told[f"{side}_{name}"] for name in ("heel_walk", "chair", "raises")}
                     for side in ("left", "right")}  # fmt: skip
            return events.body_from_json("motor", sides)
        case "condition":
            changes: dict[str, Any] = {
                name: told[name] for name in ("systolic", "diastolic", "minutes") if name in told
            }
            if told.get("replace_diagnoses"):
                changes["diagnoses"] = sorted(told["diagnoses"])
            return events.body_from_json("condition", {"changes": changes})
        case "session" if "done" in told:
            told["done"] = told["done"] / 100
    for name in ("loc_pre", "loc_post", "loc_before", "loc_after"):
        if name in told:
            told[name] = int(told[name])
    return events.body_from_json(kind, told)


def _form(row: Patient, kind: str, now: datetime) -> Form:
    spoken = t()
    today = plans.today(row, now)
    day = Field("day", "date", spoken("record.day"), value=today.isoformat(),
                hint=spoken("record.day_hint", day=spoken.day(today - timedelta(days=OLDEST_DAYS))))  # fmt: skip
    where = url_for("console.add_entry", patient_id=row.id, kind=kind)
    return Form(where, spoken("record.store"), (new_id(), *_fields(kind), day))


def _fields(kind: str) -> tuple[Field, ...]:
    return FIELDS[kind]() if kind in FIELDS else ()


def _morning() -> tuple[Field, ...]:
    numbness = _named("numbness", ("same", "more", "spreading"))
    leg = _pain("leg", required=False)
    return _pain("pain"), leg, _check("sleep_lost"), _choice("numbness", numbness, value="same")


def _session() -> tuple[Field, ...]:
    return (
        _pain("pre"),
        _pain("peak"),
        _pain("leg_pre", required=False),
        _pain("leg_post", required=False),
        _choice("loc_pre", _places(), required=False),
        _choice("loc_post", _places(), required=False),
        _number("done", 0, 100, value="100"),
        _pain("rpe", required=False),
        _check("stopped"),
    )


def _checkin() -> tuple[Field, ...]:
    flags = choices((flag, t()(f"flags.{flag}")) for flag in edge.parts().catalog.red_flags)
    return (Field("flags", "many", t()("record.flags"), choices=flags, hint=t()("record.flags_hint")),)


def _motor() -> tuple[Field, ...]:
    strength = _named("strength", get_args(entries.Strength))
    found: list[Field] = []
    for side in ("left", "right"):
        found += [_choice(f"{side}_{name}", strength, value="ok") for name in ("heel_walk", "chair")]
        found.append(_number(f"{side}_raises", 0, 10, value="10"))
    return tuple(found)


def _direction_test() -> tuple[Field, ...]:
    directions = _choice("direction", _named("directions", ("extension", "flexion")))
    places = (_choice("loc_before", _places()), _choice("loc_after", _places()))
    return directions, *places, _pain("pain_before"), _pain("pain_after"), _number("held_minutes", 0, 1440)


def _questionnaire() -> tuple[Field, ...]:
    teller = site.teller()
    names = [name for name in get_args(entries.Instrument) if name != "PSFS"]  # it has items and no score
    return _choice("name", choices((name, teller.questionnaire(name)) for name in names)), _number("score", 0, 240)


def _weight() -> tuple[Field, ...]:
    return (Field("kg", "decimal", t()("record.kg"), least=20, most=400),)


def _steps() -> tuple[Field, ...]:
    return (_number("count", 0, 200_000),)


def _condition() -> tuple[Field, ...]:
    known = choices((each, t()(f"conditions.{each}")) for each in get_args(Diagnosis))
    label, hint = t()("record.diagnoses"), t()("record.diagnoses_hint")
    return (
        _check("replace_diagnoses"),
        Field("diagnoses", "many", label, required=False, choices=known, hint=hint),
        _number("systolic", 40, 300, required=False),
        _number("diastolic", 40, 300, required=False),
        _number("minutes", 5, 120, required=False),
    )


FIELDS: Mapping[str, Callable[[], tuple[Field, ...]]] = {
    "morning": _morning, "session": _session, "checkin": _checkin, "motor": _motor, "direction_test": _direction_test,
    "questionnaire": _questionnaire, "weight": _weight, "steps": _steps, "condition": _condition,
}  # fmt: skip


def _by_field(told: dict[str, str]) -> dict[str, str]:
    return {path.rpartition(".")[2]: reason for path, reason in told.items()}


def _pain(name: str, *, required: bool = True) -> Field:
    return Field(name, "number", t()(f"record.{name}"), required=required, least=0, most=10)


def _number(name: str, least: int, most: int, *, required: bool = True, value: str = "") -> Field:
    return Field(name, "number", t()(f"record.{name}"), required=required, least=least, most=most, value=value)


def _check(name: str) -> Field:
    return Field(name, "check", t()(f"record.{name}"), required=False)


def _choice(name: str, options: Choices, *, required: bool = True, value: str = "") -> Field:
    return Field(name, "choice", t()(f"record.{name}"), required=required, choices=options, value=value)


def _named(group: str, names: tuple[str, ...]) -> Choices:
    return choices((name, t()(f"{group}.{name}")) for name in names)


def _places() -> Choices:
    return choices((number, t()(f"places.p{number}")) for number in range(5))

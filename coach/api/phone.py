"""What a patient's phone calls: intake, reports, the routine, the plan and its reasons."""

from datetime import date
from typing import Any

from flask import Response, request

from coach.api import edge, entry_answers
from coach.api.auth import PATIENT, allow, limits_itself
from coach.api.body import Blueprint
from coach.api.document import ETAG, in_path
from coach.api.schemas import entries as entry_wire
from coach.api.schemas import facts as fact_wire
from coach.api.schemas import measured as measured_wire
from coach.api.schemas import plans as plan_wire
from coach.api.schemas import sync as sync_wire
from coach.services import access, diary, explained, intake, measurements, pauses, plans, routines, stored, swaps, sync
from programs import asking, canonical

blueprint = Blueprint("phone", __name__, url_prefix="/v1/me", description="For phone apps")


@blueprint.put("/intake")
@allow(*PATIENT)
@blueprint.arguments(fact_wire.IntakeRequest)
@blueprint.response(200, plan_wire.PlanAnswer)
def submit_intake(data: dict[str, Any]) -> dict[str, Any]:
    """Answer the intake: the answer holds the triage, the programme with its reasons and the first plan."""
    catalog = edge.parts().catalog
    facts, red_flags, severe = fact_wire.intake(data, catalog)
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        plan = intake.submit(
            unit.session,
            patient,
            facts,
            red_flags,
            severe,
            author=edge.identity(),
            now=unit.now,
            catalog=catalog,
        )
        answer = explained.plan(patient, plan, catalog, reader="patient")
    edge.parts().waker.wake("notices")
    return answer


@blueprint.get("/intake")
@allow(*PATIENT)
@blueprint.response(200, fact_wire.IntakeAnswer)
def ask_intake() -> dict[str, Any]:
    """The questions of the onboarding screen, with the level of each answer."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
    catalog = edge.parts().catalog
    asked = intake.questions(catalog, patient.locale)
    return {
        "answered": patient.next_day_at is not None,
        "screens": [canonical.to_json(each) for each in asking.SCREENS],
        "questions": [canonical.to_json(each.question) | {"only_if": each.only_if} for each in asked],
        "answers": catalog.in_language(patient.locale).under("red_flags.answers"),
    }


@blueprint.post("/entries")
@allow(*PATIENT)
@limits_itself
@blueprint.arguments(entry_wire.Batch)
@blueprint.response(200, entry_wire.BatchAnswer)
def report(data: dict[str, Any]) -> dict[str, Any]:
    """Send diary entries, in any order, as often as you like. A red-flag answer is never refused."""
    wait = edge.limited()
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        answer = entry_answers.answer(unit, patient, data["entries"], wait)
    edge.parts().waker.wake("notices")
    edge.parts().waker.wake("adapt")
    return answer


@blueprint.post("/measurements")
@allow(*PATIENT)
@blueprint.arguments(measured_wire.Samples)
@blueprint.response(200, measured_wire.SamplesAnswer)
def measured(data: dict[str, Any]) -> dict[str, Any]:
    """Send what a phone or watch has counted, as often as you like; each thing counts once."""
    samples = [measurements.Sample(**each) for each in data["samples"]]
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        receipts = measurements.take(
            unit.session, patient, samples, author=edge.identity(), now=unit.now, catalog=edge.parts().catalog
        )
    edge.parts().waker.wake("adapt")
    return {"results": [{"status": each.status, "errors": each.fields} for each in receipts]}


@blueprint.put("/pause")
@allow(*PATIENT)
@blueprint.arguments(entry_wire.Pause)
@blueprint.response(204)
def pause(data: dict[str, Any]) -> None:
    """Say that you are away, ill or busy, and what you want meanwhile: an `away` entry like any other."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        day = plans.today(patient, unit.now)
        entry = entry_wire.pause(data, patient.id, patient.zone, day, unit.now)
        entry_answers.answer(unit, patient, [entry])
    edge.parts().waker.wake("adapt")


@blueprint.delete("/pause")
@allow(*PATIENT)
@blueprint.response(204)
def resume() -> None:
    """You are back: what is left of your pauses is called off, and reminders come again."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        pauses.resume(unit.session, patient, edge.identity(), unit.now, edge.parts().catalog)


@blueprint.get("/entries")
@allow(*PATIENT)
@blueprint.arguments(plan_wire.Page, location="query")
@blueprint.response(200, plan_wire.EntryList)
def entries(page: dict[str, Any]) -> dict[str, Any]:
    """Your entries, newest first."""
    with edge.unit() as unit:
        found = diary.listed(unit.session, edge.identity().account_id, before=page.get("before"), most=page["limit"])
    return {"entries": found, "next": found[-1].seq if len(found) == page["limit"] else None}


@blueprint.get("/routines/today")
@allow(*PATIENT)
@blueprint.response(200, plan_wire.RoutineAnswer, headers=ETAG)
def today() -> Response:
    """Today's routine with its gate and variants. Send the last ETag as If-None-Match."""
    with edge.glance() as glance:
        served = routines.ready(glance.connection, edge.identity().account_id, glance.now, edge.parts().catalog)
    if served is None:
        with edge.unit() as unit:
            served = routines.today(unit.session, edge.identity(), unit.now, edge.parts().catalog)
    return _ready(served.etag, served.body)


@blueprint.get("/routines/<string:day>", parameters=[in_path("day", "your local day, such as 2026-03-02")])
@allow(*PATIENT)
@blueprint.response(200, plan_wire.RoutineAnswer, headers=ETAG)
def routine_of(day: str) -> Response:
    """The routine of today or one of the six days after it; days ahead are provisional."""
    return _ahead(plan_wire.day(day), 1, single=True)


@blueprint.get("/routines")
@allow(*PATIENT)
@blueprint.arguments(plan_wire.DayRange, location="query")
@blueprint.response(200, plan_wire.RoutineWeek, headers=ETAG)
def week(span: dict[str, Any]) -> Response:
    """Several days at once, for work without a network."""
    return _ahead(span.get("first"), span["days"])


@blueprint.get("/sync")
@allow(*PATIENT)
@blueprint.arguments(sync_wire.SyncRequest, location="query")
@blueprint.response(200, sync_wire.SyncAnswer, headers=ETAG)
def synchronise(asked: dict[str, Any]) -> Response:
    """All that a phone needs for seven days without a network. Send the last ETag as If-None-Match."""
    with edge.unit() as unit:
        found = sync.read(
            unit.session, edge.identity(), asked.get("since"), asked.get("device"), unit.now, edge.parts().catalog
        )
    return _ready(found.etag, found.body, weak=True)


@blueprint.get("/plan")
@allow(*PATIENT)
@blueprint.response(200, plan_wire.PlanAnswer)
def plan() -> dict[str, Any]:
    """The plan: why this programme, why each exercise, why not others."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        known = stored.read(unit.session, edge.identity().account_id, unit.now, catalog)
        found = plans.current(unit.session, known, unit.now, catalog)
        return explained.plan(known.patient, found, catalog, reader="patient")


@blueprint.post("/plan/swaps")
@allow(*PATIENT)
@blueprint.arguments(plan_wire.Swap)
@blueprint.response(200, plan_wire.PlanAnswer)
def swap(data: dict[str, Any]) -> dict[str, Any]:
    """Have an exercise you do not like replaced by one with the same purpose, or ask for it back."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        found = swaps.swap(
            unit.session,
            patient,
            data["exercise"],
            back=data["back"],
            author=edge.identity(),
            now=unit.now,
            catalog=catalog,
        )
        return explained.plan(patient, found, catalog, reader="patient")


@blueprint.get("/decisions")
@allow(*PATIENT)
@blueprint.arguments(plan_wire.Page, location="query")
@blueprint.response(200, plan_wire.DecisionList)
def decisions(page: dict[str, Any]) -> dict[str, Any]:
    """What changed and why, newest first."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return explained.decisions(
            unit.session, patient, edge.parts().catalog, before=page.get("before"), most=page["limit"]
        )


def _ahead(first: date | None, days: int, *, single: bool = False) -> Response:
    with edge.unit() as unit:
        served = routines.ahead(
            unit.session, edge.identity(), first, days, unit.now, edge.parts().catalog, single=single
        )
    return _ready(served.etag, served.body)


def _ready(etag: str, body: bytes, *, weak: bool = False) -> Response:
    """Ready bytes go out as they are: no schema on the way. `weak`: the ETag is not of every byte."""
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = Response(body, mimetype="application/json")
    response.set_etag(etag, weak)
    response.headers["Cache-Control"] = "private, no-cache"
    return response

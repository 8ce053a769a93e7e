"""What a clinician does to one plan or to many: preview, assign, exceptions, pause, lock; and what led to it."""

from typing import Any
from uuid import UUID

from coach.api import edge, own_programs
from coach.api.auth import CLINICIAN, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import clinic_plans as wire
from coach.api.schemas import plans as plan_wire
from coach.models.people import Patient
from coach.services import assigning, care, diary, explained, plans
from coach.services.problems import invalid, not_found
from programs import events
from programs.catalog import Catalog

blueprint = Blueprint("plans", __name__, url_prefix="/v1/clinic", description="Acting on plans")


@blueprint.post("/patients/<uuid:patient_id>/preview")
@allow(*CLINICIAN)
@blueprint.arguments(wire.PreviewRequest)
@blueprint.response(200, wire.Preview)
def preview(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """What this patient would get and why, if you assigned this or set this exception. Nothing is stored."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "preview", lock=True)
        kind, body = _act(unit, data, catalog)
        words = catalog.in_language(data["locale"])
        before = care.current(unit.session, patient, unit.now, catalog)
        with assigning.nothing_stored(unit.session):
            plan = care.act(unit.session, patient, kind, body, author=edge.identity(), now=unit.now, catalog=catalog)
            shown = explained.plan(patient, plan, catalog, reader="clinician", locale=data["locale"])
        return {"plan": shown, "difference": assigning.difference(before, plan, words, catalog)}


@blueprint.post("/assignments")
@allow(*CLINICIAN)
@blueprint.arguments(wire.ManyAssigned)
@blueprint.response(200, wire.Outcomes)
def assign_many(data: dict[str, Any]) -> dict[str, Any]:
    """Assign a programme or exercises to many at once. The answer says what each gets, whom the checks leave out and
    why; `preview` stores nothing."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        body = own_programs.assigned(unit, data, catalog)
        found = assigning.many(
            unit.session,
            edge.identity(),
            data["patients"],
            body,
            store=not data["preview"],
            now=unit.now,
            catalog=catalog,
            locale=data["locale"],
            request_id=edge.request_id(),
        )
    return {"outcomes": found}


@blueprint.delete(
    "/patients/<uuid:patient_id>/overrides/<string:field>", parameters=[in_path("field", "of the exception")]
)
@allow(*CLINICIAN)
@blueprint.arguments(wire.OfValue, location="query")
@blueprint.response(200, plan_wire.PlanAnswer)
def withdraw(asked: dict[str, Any], patient_id: UUID, field: str) -> dict[str, Any]:
    """End exceptions before their time: those of a field, or of one value of it."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "end override", lock=True)
        plan = care.current(unit.session, patient, unit.now, catalog)
        value = asked["value"]
        live = [row for row in plan.overrides if row.field == field] if plan else []
        row = next((row for row in live if value is None or str(row.value) == value), None)
        if row is None:
            raise not_found()
        body = events.Withdrawn(row.field, None if value is None else row.value)  # type: ignore[arg-type]
        plan = care.act(unit.session, patient, "withdrawn", body, author=edge.identity(), now=unit.now, catalog=catalog)
        return explained.plan(patient, plan, catalog, reader="clinician")


@blueprint.put("/patients/<uuid:patient_id>/pause")
@allow(*CLINICIAN)
@blueprint.arguments(wire.ClinicPause)
@blueprint.response(200, plan_wire.PlanAnswer)
def pause(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Pause the plan from a day to a day; safety follow-ups and referral clocks go on. The last pause told counts."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "pause", lock=True)
        today = plans.today(patient, unit.now)
        if data["last"] < today or (data["last"] - today).days > wire.PAUSE_FARTHEST:
            raise invalid("last", f"must be from today to {wire.PAUSE_FARTHEST} days ahead")
        if not 0 <= (data["last"] - data["first"]).days <= wire.PAUSE_FARTHEST:
            raise invalid("first", "must not lie after the last day, nor far before it")
        return _done(unit, patient, "away", events.Away(**data))


@blueprint.delete("/patients/<uuid:patient_id>/pause")
@allow(*CLINICIAN)
@blueprint.response(200, plan_wire.PlanAnswer)
def resume(patient_id: UUID) -> dict[str, Any]:
    """Call off what is left of a pause."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "end pause", lock=True)
        return _done(unit, patient, "resumed", events.Resumed())


@blueprint.post("/patients/<uuid:patient_id>/lock")
@allow(*CLINICIAN)
@blueprint.arguments(wire.LockNow)
@blueprint.response(200, plan_wire.PlanAnswer)
def lock(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Close the exercises at once, on every phone and whatever was served. Only a release opens them again."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "lock", lock=True)
        done = _done(unit, patient, "locked", events.Locked(level=data["level"], reason=data["reason"]))
    edge.parts().waker.wake("notices")
    return done


@blueprint.get("/patients/<uuid:patient_id>/decisions")
@allow(*CLINICIAN)
@blueprint.arguments(plan_wire.Page, location="query")
@blueprint.response(200, plan_wire.DecisionList)
def decisions(page: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """What changed in a plan and why, newest first."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "read decisions")
        return explained.decisions(
            unit.session,
            patient,
            edge.parts().catalog,
            before=page.get("before"),
            most=page["limit"],
            reader="clinician",
        )


@blueprint.get("/patients/<uuid:patient_id>/entries")
@allow(*CLINICIAN)
@blueprint.arguments(plan_wire.Page, location="query")
@blueprint.response(200, plan_wire.EntryList)
def entries(page: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """What was reported, newest first."""
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read entries")
        rows = diary.listed(unit.session, patient_id, before=page.get("before"), most=page["limit"])
    return {"entries": rows, "next": rows[-1].seq if len(rows) == page["limit"] else None}


def _done(unit: edge.Unit, patient: Patient, kind: str, body: events.Body) -> dict[str, Any]:
    catalog = edge.parts().catalog
    plan = care.act(unit.session, patient, kind, body, author=edge.identity(), now=unit.now, catalog=catalog)
    return explained.plan(patient, plan, catalog, reader="clinician")


def _act(unit: edge.Unit, data: dict[str, Any], catalog: Catalog) -> tuple[str, events.Body]:
    if "override" in data:
        return "override", events.Override(**data["override"])
    return "assigned", own_programs.assigned(unit, data, catalog)

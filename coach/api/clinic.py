"""What clinicians do: see their patients, assign, override, record on behalf, acknowledge and release."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from coach.api import edge, entry_answers, own_programs
from coach.api.auth import CLINICIAN, allow
from coach.api.body import Blueprint
from coach.api.schemas import clinic as wire
from coach.api.schemas import plans as plan_wire
from coach.api.schemas.entries import Batch, BatchAnswer
from coach.models.care import Alert
from coach.models.people import Patient
from coach.services import access, alerts, care, caseload, explained, plans, stored
from programs import events

blueprint = Blueprint("clinic", __name__, url_prefix="/v1/clinic", description="For physiotherapists and doctors")


@blueprint.get("/patients")
@allow(*CLINICIAN)
@blueprint.arguments(wire.CaseloadAsked, location="query")
@blueprint.response(200, wire.Caseload)
def patients(asked: dict[str, Any]) -> caseload.Page:
    """Your patients, who needs you first on top, each with the reasons in one line."""
    with edge.unit() as unit:
        page = caseload.page(
            unit.session,
            edge.identity(),
            now=unit.now,
            catalog=edge.parts().catalog,
            locale=asked["locale"],
            need=asked["attention"],
            q=asked["q"],
            cursor=asked["cursor"],
            closed=asked["closed"],
            most=asked["limit"],
        )
        _listed(unit, [row.id for row in page.patients])
    return page


@blueprint.get("/caseload")
@allow(*CLINICIAN)
@blueprint.response(200, wire.CaseloadCounts)
def counts() -> dict[str, Any]:
    """How many of your patients need what."""
    with edge.unit() as unit:
        found = caseload.counts(unit.session, edge.identity(), now=unit.now)
    return {"all": found.pop("all"), "needs": found}


@blueprint.get("/patients/<uuid:patient_id>")
@allow(*CLINICIAN)
@blueprint.response(200, plan_wire.PlanAnswer)
def patient(patient_id: UUID) -> dict[str, Any]:
    """One patient's plan with its reasons: what the patient sees, and what a lock withholds from them."""
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read plan")
        known = stored.read(unit.session, patient_id, unit.now, edge.parts().catalog)
        plan = plans.current(unit.session, known, unit.now, edge.parts().catalog)
        return explained.plan(known.patient, plan, edge.parts().catalog, reader="clinician")


@blueprint.put("/patients/<uuid:patient_id>/assignment")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Assignment)
@blueprint.response(200, plan_wire.PlanAnswer)
def assign(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Assign a programme, or add exercises; what is blocked for this person is not served."""
    return _act(patient_id, "assigned", partial(own_programs.assigned, data=data, catalog=edge.parts().catalog))


@blueprint.post("/patients/<uuid:patient_id>/overrides")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Override)
@blueprint.response(200, plan_wire.PlanAnswer)
def override(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Set a bounded exception, with a reason and an end. The answer's verdicts say if a rule refused it."""
    return _act(patient_id, "override", lambda _: events.Override(**data))


@blueprint.post("/patients/<uuid:patient_id>/entries")
@allow(*CLINICIAN)
@blueprint.arguments(Batch)
@blueprint.response(200, BatchAnswer)
def record(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Record entries on behalf of a patient."""
    with edge.unit() as unit:
        patient_row = edge.in_care(unit, patient_id, "record entries", lock=True)
        answer = entry_answers.answer(unit, patient_row, data["entries"])
    edge.parts().waker.wake("notices")
    edge.parts().waker.wake("adapt")
    return answer


@blueprint.get("/alerts")
@allow(*CLINICIAN)
@blueprint.response(200, wire.AlertList)
def open_alerts() -> dict[str, Any]:
    """Open alerts of your patients, gravest first."""
    with edge.unit() as unit:
        found = caseload.open_alerts(unit.session, edge.identity(), now=unit.now)
        _listed(unit, [alert.patient_id for alert in found])
    return {"alerts": found}


@blueprint.post("/alerts/<uuid:alert_id>/acknowledge")
@allow(*CLINICIAN)
@blueprint.response(200, wire.AlertAnswer)
def acknowledge(alert_id: UUID) -> Alert:
    """Say that you have seen it; the patient's screen shows it."""
    with edge.unit() as unit:
        alert, patient_row = _alert(unit, alert_id, "acknowledge alert")
        alerts.acknowledge(unit.session, alert, edge.identity().account_id, unit.now)
        patient_row.revision += 1
        return alert


@blueprint.post("/alerts/<uuid:alert_id>/release")
@allow(*CLINICIAN)
@blueprint.arguments(wire.ReleaseNote)
@blueprint.response(200, wire.AlertAnswer)
def release(data: dict[str, Any], alert_id: UUID) -> Alert:
    """Lift a red flag after the person has been seen. Only a clinician can; other flags stand on."""
    with edge.unit() as unit:
        alert, patient_row = _alert(unit, alert_id, "release flag")
        care.release(
            unit.session,
            patient_row,
            alert,
            note=data["note"],
            author=edge.identity(),
            now=unit.now,
            catalog=edge.parts().catalog,
        )
        return alert


@blueprint.post("/alerts/<uuid:alert_id>/resolve")
@allow(*CLINICIAN)
@blueprint.arguments(wire.SettleNote)
@blueprint.response(200, wire.AlertAnswer)
def resolve(data: dict[str, Any], alert_id: UUID) -> Alert:
    """Settle a referral or another alert that is no red flag. The note says what was done."""
    with edge.unit() as unit:
        alert, patient_row = _alert(unit, alert_id, "resolve alert")
        care.settle(
            unit.session,
            patient_row,
            alert,
            note=data["note"],
            refer=data.get("refer"),
            author=edge.identity(),
            now=unit.now,
            catalog=edge.parts().catalog,
        )
        return alert


def _listed(unit: edge.Unit, ids: list[UUID]) -> None:
    access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())


def _act(patient_id: UUID, kind: str, body: Callable[[edge.Unit], events.Body]) -> dict[str, Any]:
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, kind, lock=True)
        plan = care.act(unit.session, row, kind, body(unit), author=edge.identity(), now=unit.now, catalog=catalog)
        return explained.plan(row, plan, catalog, reader="clinician")


def _alert(unit: edge.Unit, alert_id: UUID, action: str) -> tuple[Alert, Patient]:
    alert = alerts.find(unit.session, alert_id)
    patient_row = edge.in_care(unit, alert.patient_id, action, lock=True)
    unit.session.refresh(alert)  # somebody else may have had the lock
    return alert, patient_row

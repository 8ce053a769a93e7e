"""Stopping something for a whole clinic, and reports of harm."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import CLINICIAN, PATIENT, STAFF, allow
from coach.api.body import Blueprint
from coach.api.schemas import clinic_measures as wire
from coach.models.measures import AdverseEvent
from coach.services import access, adverse, measures

blueprint = Blueprint("measures", __name__, url_prefix="/v1", description="Recall, freeze, reports of harm")


@blueprint.get("/clinic/measures")
@allow(*STAFF)
@blueprint.response(200, wire.MeasureList)
def listed() -> dict[str, Any]:
    """What is recalled or frozen in your clinic or everywhere, newest first."""
    with edge.unit() as unit:
        return {"measures": measures.listed(unit.session, access.member(unit.session, edge.identity()).clinic_id)}


@blueprint.post("/clinic/measures")
@allow(*STAFF)
@blueprint.arguments(wire.NewMeasure)
@blueprint.response(201, wire.MeasureAnswer)
def start(data: dict[str, Any]) -> measures.Shown:
    """Take an exercise out of every plan of your clinic, or let nothing rise: at once, also on phones that sync."""
    me = edge.identity()
    with edge.unit() as unit:
        made = measures.start(
            unit.session,
            data["kind"],
            clinic_id=access.member(unit.session, me).clinic_id,
            exercise=data.get("exercise"),
            reason=data["reason"],
            author_id=me.account_id,
            now=unit.now,
            catalog=edge.parts().catalog,
        )
        answer = measures.shown(made)
    spread(answer.id)
    return answer


@blueprint.delete("/clinic/measures/<uuid:measure_id>")
@allow(*STAFF)
@blueprint.response(204)
def end(measure_id: UUID) -> None:
    """End a recall or a freeze of your clinic; plans take it up again by their rules."""
    with edge.unit() as unit:
        measures.end(unit.session, access.member(unit.session, edge.identity()).clinic_id, measure_id, unit.now)
    spread(measure_id)


@blueprint.post("/me/adverse-events")
@allow(*PATIENT)
@blueprint.arguments(wire.NewAdverseEvent)
@blueprint.response(201, wire.AdverseEventAnswer)
def tell(data: dict[str, Any]) -> AdverseEvent:
    """Report harm that you put down to the programme. For red flags answer the safety questions as well."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        made = adverse.report(
            unit.session, patient, data.pop("id"), **data, author_id=patient.id, now=unit.now,
            catalog=edge.parts().catalog,
        )  # fmt: skip
    edge.parts().waker.wake("notices")
    return made


@blueprint.post("/clinic/patients/<uuid:patient_id>/adverse-events")
@allow(*CLINICIAN)
@blueprint.arguments(wire.NewAdverseEvent)
@blueprint.response(201, wire.AdverseEventAnswer)
def report(data: dict[str, Any], patient_id: UUID) -> AdverseEvent:
    """Report harm that a patient has come to."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "report harm", lock=True)
        author = edge.identity().account_id
        made = adverse.report(
            unit.session, patient, data.pop("id"), **data, author_id=author, now=unit.now, catalog=edge.parts().catalog
        )
    edge.parts().waker.wake("notices")
    return made


@blueprint.get("/clinic/adverse-events")
@allow(*CLINICIAN)
@blueprint.response(200, wire.AdverseEventList)
def reports() -> dict[str, Any]:
    """Reports of harm of your patients, newest first."""
    with edge.unit() as unit:
        found = adverse.listed(unit.session, edge.identity(), unit.now)
        ids = [each.patient_id for each in found]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
    return {"reports": found}


def spread(measure_id: UUID) -> None:
    """Batch by batch, so that nobody waits long for a lock; a worker goes on where a process ends."""
    more = True
    while more:
        with edge.unit() as unit:
            more = measures.spread(unit.session, measure_id, unit.now) > 0
    edge.parts().waker.wake("adapt")

"""Visits and messages, from both sides."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import CLINICIAN, PATIENT, allow
from coach.api.body import Blueprint
from coach.api.schemas import contact as wire
from coach.models.contact import Message, Visit
from coach.models.people import Clinic, Patient
from coach.services import access, messages, visits

blueprint = Blueprint("contact", __name__, url_prefix="/v1", description="Visits and messages")


@blueprint.get("/me/visits")
@allow(*PATIENT)
@blueprint.response(200, wire.VisitList)
def my_visits() -> dict[str, Any]:
    """Your visits, the farthest ahead first."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return {"visits": visits.listed(unit.session, patient)}


@blueprint.get("/me/messages")
@allow(*PATIENT)
@blueprint.arguments(wire.MessagePage, location="query")
@blueprint.response(200, wire.MessageList)
def my_messages(page: dict[str, Any]) -> dict[str, Any]:
    """Your talk with the clinic, newest first."""
    with edge.unit() as unit:
        return {"messages": messages.listed(unit.session, edge.identity().account_id, page.get("before"))}


@blueprint.post("/me/messages")
@allow(*PATIENT)
@blueprint.arguments(wire.NewMessage)
@blueprint.response(201, wire.MessageAnswer)
def write(data: dict[str, Any]) -> Message:
    """Write to your clinic. Not for emergencies: nobody may be there to read it."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        return messages.send(
            unit.session, patient, data["id"], data["text"], author="patient", author_id=patient.id, now=unit.now
        )


@blueprint.post("/me/messages/<uuid:message_id>/read")
@allow(*PATIENT)
@blueprint.response(204)
def mark_read(message_id: UUID) -> None:
    """Say that you have read a message of the clinic."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        messages.mark_read(unit.session, patient.id, message_id, "patient", unit.now)


@blueprint.get("/clinic/patients/<uuid:patient_id>/messages")
@allow(*CLINICIAN)
@blueprint.arguments(wire.MessagePage, location="query")
@blueprint.response(200, wire.MessageList)
def messages_of(page: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """The talk with one patient, newest first."""
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read messages")
        return {"messages": messages.listed(unit.session, patient_id, page.get("before"))}


@blueprint.post("/clinic/patients/<uuid:patient_id>/messages")
@allow(*CLINICIAN)
@blueprint.arguments(wire.NewMessage)
@blueprint.response(201, wire.MessageAnswer)
def write_to(data: dict[str, Any], patient_id: UUID) -> Message:
    """Write to a patient, who is told at once that there is a message, and no word of it."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "write message", lock=True)
        author = edge.identity().account_id
        made = messages.send(
            unit.session, patient, data["id"], data["text"], author="clinician", author_id=author, now=unit.now
        )
    edge.parts().waker.wake("tick")
    return made


@blueprint.post("/clinic/patients/<uuid:patient_id>/messages/read")
@allow(*CLINICIAN)
@blueprint.arguments(wire.ReadUpTo)
@blueprint.response(204)
def have_read(data: dict[str, Any], patient_id: UUID) -> None:
    """Say that you have read a patient's messages, up to the newest you have seen."""
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read messages", lock=True)
        messages.mark_all_read(unit.session, patient_id, data["up_to"], unit.now, edge.identity().account_id)


@blueprint.post("/clinic/patients/<uuid:patient_id>/visits")
@allow(*CLINICIAN)
@blueprint.arguments(wire.NewVisit)
@blueprint.response(201, wire.VisitAnswer)
def plan_visit(data: dict[str, Any], patient_id: UUID) -> visits.Shown:
    """Plan a visit; the patient is reminded a day and two hours before, never in quiet hours."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "plan visit", lock=True)
        values = {name: data[name] for name in ("at", "minutes", "mode")}
        made = visits.plan(
            unit.session, patient, data["id"], **values, author_id=edge.identity().account_id, now=unit.now
        )
        return _shown(unit, patient, made)


@blueprint.patch("/clinic/patients/<uuid:patient_id>/visits/<uuid:visit_id>")
@allow(*CLINICIAN)
@blueprint.arguments(wire.VisitChange)
@blueprint.response(200, wire.VisitAnswer)
def change_visit(data: dict[str, Any], patient_id: UUID, visit_id: UUID) -> visits.Shown:
    """Move a planned visit, or say what became of it."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "change visit", lock=True)
        return _shown(unit, patient, visits.change(unit.session, patient, visit_id, data, unit.now))


def _shown(unit: edge.Unit, patient: Patient, visit: Visit) -> visits.Shown:
    there = unit.session.get_one(Clinic, patient.clinic_id).zone
    return visits.shown(visit, there, patient.zone)

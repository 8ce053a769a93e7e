"""The clinic's people: staff, invitations, who looks after whom, and who looked at whose record."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import ADMINISTRATOR, STAFF, allow
from coach.api.body import Blueprint
from coach.api.schemas import people as wire
from coach.api.schemas.accounts import Audit
from coach.clock import real_now
from coach.models.people import Patient
from coach.services import access, audit, invitations, relationships, staff
from coach.services.access import CLINICIANS
from coach.services.problems import invalid, not_found

blueprint = Blueprint("people", __name__, url_prefix="/v1/clinic", description="Staff, invitations, who cares for whom")


def _patient(unit: edge.Unit, patient_id: UUID, action: str) -> Patient:
    return access.patient_to_arrange(
        unit.session, edge.identity(), patient_id, action=action, now=unit.now, request_id=edge.request_id()
    )


def _clinician(unit: edge.Unit, account_id: UUID, field: str) -> UUID:
    if access.colleague(unit.session, edge.identity(), account_id, roles=CLINICIANS) is None:
        raise invalid(field, "must be a clinician of this clinic")
    return account_id


@blueprint.get("/staff")
@allow(*STAFF)
@blueprint.response(200, wire.StaffList)
def members() -> dict[str, Any]:
    """Who works in your clinic."""
    with edge.unit() as unit:
        return {"staff": staff.members(unit.session, edge.identity())}


@blueprint.delete("/staff/<uuid:account_id>/two-factor")
@allow(*ADMINISTRATOR)
@blueprint.response(204)
def reset_two_factor(account_id: UUID) -> None:
    """For a lost phone: they are logged out and must set up a second factor again."""
    with edge.unit() as unit:
        staff.reset_two_factor(unit.session, edge.identity(), account_id, real_now())


@blueprint.post("/staff/<uuid:account_id>/hand-over")
@allow(*STAFF)
@blueprint.arguments(wire.HandOverAll)
@blueprint.response(200, wire.HandedOver)
def hand_over_all(data: dict[str, Any], account_id: UUID) -> dict[str, Any]:
    """Hand all of a clinician's patients to a colleague: your own, or as administrator anyone's."""
    me = edge.identity()
    with edge.unit() as unit:
        leaver = access.colleague(unit.session, me, account_id, roles=CLINICIANS)
        if leaver is None or (me.role != "administrator" and leaver.id != me.account_id):
            raise not_found()
        successor = _clinician(unit, data["to"], "to")
        moved = relationships.hand_over_all(
            unit.session, leaver.id, successor, by=me.account_id, now=unit.now, request_id=edge.request_id()
        )
    return {"patients": moved}


@blueprint.post("/invitations")
@allow(*STAFF)
@blueprint.arguments(wire.InvitationRequest)
@blueprint.response(201, wire.InvitationMade)
def invite(data: dict[str, Any]) -> dict[str, Any]:
    """Invite a patient, or as administrator a member of staff. The code is shown this once."""
    clinician_id = data.pop("clinician")
    with edge.unit() as unit:
        made = invitations.make(unit.session, edge.identity(), clinician_id=clinician_id, **data, now=unit.now)
    url = edge.parts().config.public_url.rstrip("/") + invitations.JOIN_PATH + made.code
    return {"id": made.id, "code": made.code, "url": url, "role": made.role, "expires_at": made.expires_at}


@blueprint.get("/invitations")
@allow(*STAFF)
@blueprint.response(200, wire.InvitationList)
def list_invitations() -> dict[str, Any]:
    """Your clinic's invitations, newest first."""
    with edge.unit() as unit:
        found = invitations.listed(unit.session, edge.identity(), unit.now)
        names = ("id", "role", "name", "made_at", "expires_at")
        rows = [
            {name: getattr(each, name) for name in names} | {"state": invitations.state(each, unit.now)}
            for each in found
        ]
    return {"invitations": rows}


@blueprint.delete("/invitations/<uuid:invitation_id>")
@allow(*STAFF)
@blueprint.response(204)
def revoke_invitation(invitation_id: UUID) -> None:
    """Take an invitation back."""
    with edge.unit() as unit:
        invitations.revoke(unit.session, edge.identity(), invitation_id, unit.now)


@blueprint.get("/people")
@allow(*ADMINISTRATOR)
@blueprint.arguments(wire.Page, location="query")
@blueprint.response(200, wire.People)
def people(page: dict[str, Any]) -> dict[str, Any]:
    """The clinic's patients by name and who looks after them; nothing of how they are."""
    most, offset = page["limit"], page["offset"]
    with edge.unit() as unit:
        mine = access.member(unit.session, edge.identity()).clinic_id
        found = relationships.people(unit.session, mine, unit.now, offset=offset, most=most + 1)
        _listed(unit, [each.id for each in found[:most]])
    return {"people": found[:most], "next": offset + most if len(found) > most else None}


@blueprint.get("/patients/<uuid:patient_id>/care")
@allow(*STAFF)
@blueprint.response(200, wire.CareAnswer)
def care(patient_id: UUID) -> dict[str, Any]:
    """Who looks after a patient, and who did."""
    with edge.unit() as unit:
        patient = _patient(unit, patient_id, "read care")
        return {"clinicians": relationships.of_patient(unit.session, patient.id, unit.now, past=True)}


@blueprint.post("/patients/<uuid:patient_id>/care")
@allow(*STAFF)
@blueprint.arguments(wire.NewCarer)
@blueprint.response(200, wire.CareAnswer)
def start_care(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Let one more clinician of the clinic look after a patient."""
    with edge.unit() as unit:
        patient = _patient(unit, patient_id, "start care")
        relationships.start(unit.session, patient.id, _clinician(unit, data["clinician"], "clinician"), unit.now)
        return {"clinicians": relationships.of_patient(unit.session, patient.id, unit.now, past=True)}


@blueprint.delete("/patients/<uuid:patient_id>/care/<uuid:clinician_id>")
@allow(*STAFF)
@blueprint.response(204)
def end_care(patient_id: UUID, clinician_id: UUID) -> None:
    """End it. The last one cannot end while an alert is open."""
    with edge.unit() as unit:
        patient = _patient(unit, patient_id, "end care")
        relationships.end(unit.session, patient, clinician_id, unit.now)


@blueprint.post("/patients/<uuid:patient_id>/hand-over")
@allow(*STAFF)
@blueprint.arguments(wire.HandOver)
@blueprint.response(200, wire.CareAnswer)
def hand_over(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Hand a patient to a colleague in one step, so that nobody is ever without."""
    me = edge.identity()
    leaver = data["leaver"] or me.account_id
    with edge.unit() as unit:
        patient = _patient(unit, patient_id, "hand over")
        if me.role != "administrator" and leaver != me.account_id:
            raise not_found()
        relationships.hand_over(unit.session, patient, leaver, _clinician(unit, data["to"], "to"), unit.now)
        return {"clinicians": relationships.of_patient(unit.session, patient.id, unit.now, past=True)}


@blueprint.get("/audit")
@allow(*ADMINISTRATOR)
@blueprint.arguments(wire.AuditPage, location="query")
@blueprint.response(200, Audit)
def read_audit(page: dict[str, Any]) -> dict[str, Any]:
    """Who read or changed a patient's record, newest first: who, when, which act, and nothing clinical."""
    most = page["limit"]
    with edge.unit() as unit:
        patient = _patient(unit, page["patient"], "read audit")
        lines = audit.of_patient(unit.session, patient.id, before=page.get("before"), most=most)
    return {"lines": lines, "next": lines[-1].id if len(lines) == most else None}


def _listed(unit: edge.Unit, ids: list[UUID]) -> None:
    access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())

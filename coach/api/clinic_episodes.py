"""The referral pack, and closing a care episode."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import CLINICIAN, PATIENT, allow
from coach.api.body import Blueprint
from coach.api.schemas import clinic_episodes as wire
from coach.services import access, episodes
from programs import canonical

blueprint = Blueprint("episodes", __name__, url_prefix="/v1", description="Referral pack, end of care")


@blueprint.get("/clinic/patients/<uuid:patient_id>/referral-pack")
@allow(*CLINICIAN)
@blueprint.response(200, wire.ReferralPack)
def referral_pack(patient_id: UUID) -> dict[str, Any]:
    """All that goes with a person to a specialist, as of now: series, what was tried, adherence, flags, self-checks."""
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "referral pack")
        made = episodes.referral_pack(unit.session, patient, edge.identity(), unit.now, edge.parts().catalog)
    course = canonical.to_json(made.course)
    return {"name": made.name, "clinic": made.clinic, "clinician": made.clinician, "made_at": made.made_at} | {
        "course": course
    }


@blueprint.post("/clinic/patients/<uuid:patient_id>/close")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Close)
@blueprint.response(200, wire.ClosingAnswer)
def close(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """End the episode, with no alert open: on with self-care, or read-only. Both sides get the summary."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "close care", lock=True)
        made = episodes.close(
            unit.session, patient, data["care"], data["note"], author=edge.identity(), now=unit.now, catalog=catalog
        )
        return episodes.shown(made, data["locale"], catalog)


@blueprint.get("/clinic/patients/<uuid:patient_id>/closings")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Language, location="query")
@blueprint.response(200, wire.ClosingList)
def closings(asked: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """How earlier episodes ended, newest first."""
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read closings")
        found = episodes.closings(unit.session, patient_id)
    return {"closings": [episodes.shown(each, asked["locale"], edge.parts().catalog) for each in found]}


@blueprint.get("/me/closing")
@allow(*PATIENT)
@blueprint.response(200, wire.ClosingAnswer)
def mine() -> dict[str, Any]:
    """How your care ended: the summary, and what to do when your back flares up. If it is back, answer the intake."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return episodes.shown(episodes.latest(unit.session, patient.id), patient.locale, edge.parts().catalog)

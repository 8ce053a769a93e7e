"""Where a clinician wants to approve each change: the queue, and the answer to what waits."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import CLINICIAN, allow
from coach.api.body import Blueprint
from coach.api.schemas import clinic_approvals as wire
from coach.api.schemas import plans as plan_wire
from coach.services import access, approvals, explained
from programs.plan import Dose

blueprint = Blueprint("approvals", __name__, url_prefix="/v1/clinic", description="Changes that wait for a yes")


@blueprint.get("/approvals")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Language, location="query")
@blueprint.response(200, wire.Queue)
def queue(asked: dict[str, Any]) -> dict[str, Any]:
    """All changes of your patients' plans that wait for your yes, the oldest first."""
    with edge.unit() as unit:
        found = approvals.queue(
            unit.session, edge.identity(), now=unit.now, catalog=edge.parts().catalog, locale=asked["locale"]
        )
        ids = [each.patient_id for each in found]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
    return {"patients": found}


@blueprint.post("/patients/<uuid:patient_id>/approvals")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Answer)
@blueprint.response(200, plan_wire.PlanAnswer)
def answer(data: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Approve what waits, approve less of it, or reject it with a reason. The patient reads what was decided."""
    catalog = edge.parts().catalog
    dose = data.get("dose")
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "approval", lock=True)
        plan = approvals.answer(
            unit.session,
            patient,
            data["about"],
            approved=data["decision"] != "reject",
            dose=Dose(**dose) if dose else None,
            reason=data.get("reason"),
            author=edge.identity(),
            now=unit.now,
            catalog=catalog,
        )
        return explained.plan(patient, plan, catalog, reader="clinician")

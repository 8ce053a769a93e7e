"""What waits for a clinician's yes, over the whole caseload: approve, approve less, or reject with a reason."""

from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, site
from coach.console.forms import Field, Form, read
from coach.console.site import blueprint, t
from coach.services import access, approvals
from coach.services.changes import Change
from programs.plan import Dose

DECISIONS = ("approve", "less", "reject")
ABOUT_LONGEST, REASON_LONGEST = 80, 500
MOST_SETS, MOST_AMOUNT = 10, 240


@blueprint.get("/approvals")
@doors.open_to(*CLINICIAN)
def approval_queue() -> str:
    with edge.unit() as unit:
        found = approvals.queue(
            unit.session, edge.identity(), now=unit.now, catalog=edge.parts().catalog, locale=site.language()
        )
        ids = [each.patient_id for each in found]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
        rows = [(each, [(change, _forms(each.patient_id, change)) for change in each.changes]) for each in found]
        return site.page(unit, "approvals.html", rows=rows)


@blueprint.post("/patients/<uuid:patient_id>/approvals/<string:kind>")
@doors.open_to(*CLINICIAN)
def answer_change(patient_id: UUID, kind: str) -> ResponseReturnValue:
    decision = kind if kind in DECISIONS else "approve"
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "approval", lock=True)
        data = read(_form(patient_id, request.form.get("about", "")[:ABOUT_LONGEST], decision, None))
        approvals.answer(
            unit.session,
            row,
            data["about"],
            approved=decision != "reject",
            dose=Dose(data["sets"], data["amount"]) if decision == "less" else None,
            reason=data.get("reason"),
            author=edge.identity(),
            now=unit.now,
            catalog=edge.parts().catalog,
        )
    return site.done(url_for("console.approval_queue"), "rejected" if decision == "reject" else "approved")


def _forms(patient_id: UUID, change: Change) -> list[Form]:
    wanted = DECISIONS if change.dose is not None else ("approve", "reject")
    return [_form(patient_id, change.about, decision, change.dose) for decision in wanted]


def _form(patient_id: UUID, about: str, decision: str, dose: Dose | None) -> Form:
    fields = [Field("about", "hidden", most=ABOUT_LONGEST, value=about)]
    if decision == "less":
        sets, amount = (str(dose.sets), str(dose.amount)) if dose else ("", "")
        fields.append(Field("sets", "number", t()("approvals.sets"), least=1, most=MOST_SETS, value=sets))
        fields.append(Field("amount", "number", t()("approvals.amount"), least=1, most=MOST_AMOUNT, value=amount))
    if decision == "reject":
        fields.append(Field("reason", "area", t()("approvals.reason"), most=REASON_LONGEST))
    where = url_for("console.answer_change", patient_id=patient_id, kind=decision)
    return Form(where, t()(f"approvals.{decision}"), tuple(fields), "" if decision == "approve" else "quiet")

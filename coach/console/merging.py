"""Two clinicians at one plan: who comes second is shown what the first has done, and decides; nothing is lost."""

from flask import request

from coach.api import edge
from coach.console import site
from coach.console.forms import Field
from coach.console.patient import Head
from coach.console.site import t
from coach.models.people import Patient
from coach.services import log
from coach.services.problems import Problem

MOST_SHOWN = 20


def field(top: Head) -> Field:
    """How far the record had come when the page was made."""
    return seen(top.seq)


def seen(seq: int) -> Field:
    return Field("seq", "hidden", value=str(seq))


def check(unit: edge.Unit, patient: Patient) -> None:
    """Raises Problem 409 that tells what another clinician has done since this page was made.

    The form comes again as it was typed and with today's number, so sending it once more means it.
    """
    told = request.form.get("seq", "")
    since = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
    rows = log.of_other_clinicians(unit.session, patient.id, edge.identity().account_id, since, MOST_SHOWN)
    if not rows:
        return
    teller = site.teller()
    lines = [t()("merge.line", name=name, what=teller.row(row.kind, row.body)) for row, name in rows]
    site.again_with(seq=str(patient.last_seq))
    raise Problem("meanwhile", 409, "Somebody else has changed this plan meanwhile.", "\n".join(lines))

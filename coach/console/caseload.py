"""The first page of the day: who needs me, why, and where to begin."""

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, site
from coach.console.site import blueprint
from coach.services import access
from coach.services import caseload as lists

EACH = 40


@blueprint.get("/patients")
@doors.open_to(*CLINICIAN)
def caseload() -> str:
    with edge.unit() as unit:
        rows = lists.rows(unit.session, edge.identity(), now=unit.now, offset=0, most=EACH)
        ids = [row.id for row in rows]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
        clinical = edge.parts().catalog.in_language(site.language())
        return site.page(unit, "caseload.html", rows=rows, name_of=lambda each: clinical.word(f"programs.{each}.name"))

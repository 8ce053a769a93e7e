"""The first page of the day: who needs me, why, and where to begin."""

import re

from flask import request

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, site
from coach.console.site import blueprint, t
from coach.services import access
from coach.services import caseload as lists
from coach.services.problems import not_found
from programs.attention import KINDS

EACH = 40
DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
NAME_LONGEST = 80


@blueprint.get("/patients")
@doors.open_to(*CLINICIAN)
def caseload() -> str:
    """Everybody, who needs a human first on top; `need` and `q` leave fewer."""
    need = request.args.get("need") or None
    q = request.args.get("q", "").strip()[:NAME_LONGEST] or None
    cursor = request.args.get("cursor") or None
    if need not in (None, lists.ANY, *KINDS) or (q and not q.isprintable()):
        raise not_found()
    if cursor is not None and len(cursor) > lists.LONGEST_CURSOR:
        raise not_found()
    with edge.unit() as unit:
        page = lists.page(
            unit.session,
            edge.identity(),
            now=unit.now,
            catalog=edge.parts().catalog,
            locale=site.language(),
            need=need,
            q=q,
            cursor=cursor,
            most=EACH,
        )
        counts = lists.counts(unit.session, edge.identity(), now=unit.now)
        ids = [row.id for row in page.patients]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
        clinical = edge.parts().catalog.in_language(site.language())
        return site.page(
            unit,
            "caseload.html",
            rows=page.patients,
            next=page.next,
            counts=counts,
            kinds=KINDS,
            need=need,
            q=q,
            cursor=cursor,
            line_of=_line,
            name_of=lambda program: clinical.word(f"programs.{program}.name"),
        )


def _line(row: lists.CaseloadRow, reason: lists.Reason) -> str:
    """A reason as one line: a flag by what it means, days as they are read."""
    spoken, worst = t(), row.worst
    if reason.kind == "lock" and worst is not None:
        what = spoken.either(f"flags.{worst.flag}", worst.flag)
        return spoken("caseload.locked", level=spoken(f"locks.{worst.level}"), what=what, day=spoken.day(worst.since))
    if reason.kind == "message":
        return spoken.number("caseload.unread", row.unread, day=spoken.day(reason.since))
    text = reason.text
    if reason.kind == "referral":  # its sentence names the day itself
        text = text.partition(": ")[2] or text
    return DAY.sub(lambda found: spoken.day_of(found[0]), text)

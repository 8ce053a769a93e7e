"""Visits of a caseload as a calendar feed, and one person's follow-up calendar."""

from typing import Any
from uuid import UUID

from flask import Response

from coach.api import edge
from coach.api.auth import CLINICIAN, PUBLIC, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import calendar as wire
from coach.services import care, feed, visits

blueprint = Blueprint("calendar", __name__, url_prefix="/v1", description="Visits and their calendar")
ICS = "text/calendar"


@blueprint.post("/clinic/calendar-feed")
@allow(*CLINICIAN)
@blueprint.response(201, wire.FeedMade)
def make_feed() -> dict[str, Any]:
    """A secret address for your calendar program, shown this once; an earlier one is of no more use."""
    with edge.unit() as unit:
        token = feed.make(unit.session, edge.identity().account_id, unit.now)
    return {"url": feed.address(edge.parts().config.public_url, token)}


@blueprint.delete("/clinic/calendar-feed")
@allow(*CLINICIAN)
@blueprint.response(204)
def revoke_feed() -> None:
    """Make the address useless."""
    with edge.unit() as unit:
        feed.revoke(unit.session, edge.identity().account_id)


@blueprint.get("/calendar/<string:token>/visits.ics", parameters=[in_path("token", "the secret of the feed")])
@allow(PUBLIC)
@blueprint.response(200, {"type": "string"}, content_type=ICS, description="iCalendar: when and how, never who")
def read_feed(token: str) -> Response:
    """Visits of the caseload the address belongs to. It names nobody."""
    with edge.unit() as unit:
        found = feed.read(unit.session, token[: feed.LONGEST], unit.now)
    return Response(found, mimetype=ICS)


@blueprint.get("/clinic/patients/<uuid:patient_id>/visits")
@allow(*CLINICIAN)
@blueprint.arguments(wire.Language, location="query")
@blueprint.response(200, wire.FollowUp)
def follow_up(asked: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """A patient's visits, and the contacts that their path asks for: done, planned, due, overdue or ahead."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        patient = edge.in_care(unit, patient_id, "read visits")
        plan = care.current(unit.session, patient, unit.now, catalog)
        words = catalog.in_language(asked["locale"])
        contacts = visits.contacts(unit.session, patient, plan, words, catalog) if plan else []
        return {"visits": visits.listed(unit.session, patient), "contacts": contacts}

"""Programmes of a clinic's own: copy, change, publish."""

from typing import Any

from coach.api import edge
from coach.api.auth import CLINICIAN, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import own_programs as wire
from coach.services import access, own_programs
from coach.services.problems import invalid
from programs import events
from programs.catalog import Catalog

blueprint = Blueprint("own_programs", __name__, url_prefix="/v1/clinic", description="A clinic's own programmes")
ID = [in_path("program_id", "of a programme of your clinic's own, such as CK3M7Q")]


@blueprint.get("/programs")
@allow(*CLINICIAN)
@blueprint.response(200, wire.OwnPrograms)
def listed() -> dict[str, Any]:
    """Your clinic's own programmes: the newest published version of each, and what is being written."""
    with edge.unit() as unit:
        clinic = access.member(unit.session, edge.identity()).clinic_id
        return {"programs": own_programs.listed(unit.session, clinic)}


@blueprint.post("/programs")
@allow(*CLINICIAN)
@blueprint.arguments(wire.CopyOf)
@blueprint.response(201, wire.OwnProgramAnswer)
def copy(data: dict[str, Any]) -> own_programs.Shown:
    """Begin a programme as a copy of a reviewed one or of your own."""
    me = edge.identity()
    with edge.unit() as unit:
        return own_programs.copy(
            unit.session,
            access.member(unit.session, me).clinic_id,
            data["copy_of"],
            data["title"],
            data["summary"],
            author_id=me.account_id,
            now=unit.now,
            catalog=edge.parts().catalog,
        )


@blueprint.patch("/programs/<string:program_id>", parameters=ID)
@allow(*CLINICIAN)
@blueprint.arguments(wire.OwnProgramChange)
@blueprint.response(200, wire.OwnProgramAnswer)
def change(data: dict[str, Any], program_id: str) -> own_programs.Shown:
    """Change the version being written; of a published one a new version begins, and no plan moves."""
    me = edge.identity()
    with edge.unit() as unit:
        clinic = access.member(unit.session, me).clinic_id
        return own_programs.change(unit.session, clinic, program_id, data, author_id=me.account_id, now=unit.now)


@blueprint.post("/programs/<string:program_id>/publish", parameters=ID)
@allow(*CLINICIAN)
@blueprint.response(200, wire.OwnProgramAnswer)
def publish(program_id: str) -> own_programs.Shown:
    """Check it as built-in content is checked; from now on it can be assigned, and this version never changes."""
    with edge.unit() as unit:
        clinic = access.member(unit.session, edge.identity()).clinic_id
        return own_programs.publish(unit.session, clinic, program_id, now=unit.now, catalog=edge.parts().catalog)


def assigned(unit: edge.Unit, data: dict[str, Any], catalog: Catalog) -> events.Assigned:
    """What is to be assigned, with a clinic's own programme in its newest version. Raises Problem 422."""
    program, own = data.get("program"), None
    if program is not None and program not in catalog.programs:
        clinic = access.member(unit.session, edge.identity()).clinic_id
        own = own_programs.published(unit.session, clinic, program)
        if own is None:
            raise invalid("program", "No such programme.")
    for place, exercise in enumerate(data.get("exercises", ())):
        if exercise not in catalog.exercises:
            raise invalid(f"exercises.{place}", "No such exercise.")
    return events.Assigned(program=program, exercises=tuple(data.get("exercises", ())), own=own)

"""All that is stored about oneself: taking it along, and having it erased."""

import json
from typing import Any

from flask import Response, render_template

from coach.api import edge
from coach.api.auth import PATIENT, allow
from coach.api.body import Blueprint
from coach.api.schemas import own_data as wire
from coach.clock import real_now
from coach.services import access, own_data
from programs import schedule

blueprint = Blueprint("own_data", __name__, url_prefix="/v1/me", description="Your data", template_folder="templates")


@blueprint.get("/export")
@allow(*PATIENT)
@blueprint.arguments(wire.Format, location="query")
@blueprint.response(200, wire.Export)
def export(asked: dict[str, Any]) -> Response:
    """All that is stored about you, by table; as a page to read with `format=html`. Passwords and keys are left out."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        found = own_data.export(unit.session, patient, unit.now)
    words = edge.parts().catalog.in_language(patient.locale)
    name = f"coach-{found.made_at:%Y-%m-%d}"
    if asked["format"] == "html":
        page = render_template(
            "own_data.html",
            locale=words.locale,
            title=words.word("own_data.title"),
            made=words.word("own_data.made", day=schedule.wall(found.made_at, patient.zone).date()),
            sections=[
                (words.word(f"own_data.sections.{section}"), tables) for section, tables in found.sections() if tables
            ],
            people=found.people,
            shown=_shown,
        )
        response = Response(page, mimetype="text/html")
    else:
        document = {"made_at": found.made_at, "people": found.people, "tables": found.tables}
        text = json.dumps(document, ensure_ascii=False, default=own_data.plain)
        response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{asked["format"]}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.delete("")
@allow(*PATIENT)
@blueprint.arguments(wire.Erase)
@blueprint.response(200, wire.Erased)
def erase(data: dict[str, Any]) -> dict[str, Any]:
    """Erase your account and all that is stored about you, at once and for good. The answer says what is kept."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        words = edge.parts().catalog.in_language(patient.locale)
        problem = own_data.erase(unit.session, patient, data["password"], unit.now, real_now())
    if problem is not None:  # the attempt has been counted and committed
        raise problem
    kept = [words.word(f"own_data.{each}") for each in ("kept_line", "kept_clinic", "kept_backups")]
    return {"erased_at": unit.now, "text": words.word("own_data.erased"), "kept": kept}


def _shown(value: Any) -> str:
    """A value as a page shows it."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=own_data.plain)
    return "" if value is None else own_data.plain(value)

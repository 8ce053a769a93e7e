"""What one may see and take along of oneself: progress, all that is stored, and having it erased."""

import json
from datetime import datetime
from typing import Any

from flask import Response, render_template

from coach import own_charts
from coach.api import edge
from coach.api.auth import PATIENT, allow
from coach.api.body import Blueprint
from coach.api.schemas import own_data as wire
from coach.api.schemas import progress as progress_wire
from coach.api.schemas.library import DRAWING
from coach.clock import real_now
from coach.models.people import Patient
from coach.services import access, own_data, plans, progress, stored
from coach.services.progress import Progress
from programs import schedule

SVG = "image/svg+xml"

blueprint = Blueprint("own_data", __name__, url_prefix="/v1/me", description="Your data", template_folder="templates")


@blueprint.get("/progress")
@allow(*PATIENT)
@blueprint.arguments(progress_wire.Span, location="query")
@blueprint.response(200, progress_wire.ProgressAnswer)
def own_progress(asked: dict[str, Any]) -> dict[str, Any]:
    """How you have been doing: pain, sessions, steps, weight and scores of the last weeks."""
    with edge.unit() as unit:
        _, found = _progress(unit, asked["weeks"])
    return progress_wire.answer(found)


@blueprint.get("/progress.svg")
@allow(*PATIENT)
@blueprint.arguments(progress_wire.Chart, location="query")
@blueprint.response(200, DRAWING, content_type=SVG, description="The chart")
def chart(asked: dict[str, Any]) -> Response:
    """One of these series as a picture, in your language and units, for light and dark."""
    with edge.unit() as unit:
        patient, found = _progress(unit, asked["weeks"])
        today = plans.today(patient, unit.now)
    words = edge.parts().catalog.in_language(patient.locale)
    drawn = own_charts.draw(found or Progress(today, today), asked["chart"], words, patient.weight_unit)
    return Response(drawn, mimetype=SVG)


@blueprint.get("/export")
@allow(*PATIENT)
@blueprint.response(200, wire.Export)
def export() -> Response:
    """All that is stored about you, by table. Passwords and keys are left out."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        found = own_data.export(unit.session, patient, unit.now)
    document = {"made_at": found.made_at, "people": found.people, "tables": found.tables}
    text = json.dumps(document, ensure_ascii=False, default=own_data.plain)
    return _to_keep(Response(text, mimetype="application/json"), found.made_at, "json")


@blueprint.get("/export.html")
@allow(*PATIENT)
@blueprint.response(200, wire.PAGE, content_type="text/html; charset=utf-8", description="The page")
def export_page() -> Response:
    """The same as a page to read, which needs nothing else."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        found = own_data.export(unit.session, patient, unit.now)
    words = edge.parts().catalog.in_language(patient.locale)
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
    return _to_keep(Response(page, mimetype="text/html"), found.made_at, "html")


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


def _to_keep(response: Response, made_at: datetime, ending: str) -> Response:
    """As a file of its own, which no cache keeps."""
    response.headers["Content-Disposition"] = f'attachment; filename="coach-{made_at:%Y-%m-%d}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _progress(unit: edge.Unit, weeks: int) -> tuple[Patient, Progress | None]:
    """Whose it is, and their progress; None before the first plan."""
    catalog = edge.parts().catalog
    known = stored.read(unit.session, edge.identity().account_id, unit.now, catalog)
    plan = plans.current(unit.session, known, unit.now, catalog)
    found = None if plan is None else progress.read(unit.session, known.patient, plan, weeks, catalog)
    return known.patient, found


def _shown(value: Any) -> str:
    """A value as a page shows it."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=own_data.plain)
    return "" if value is None else own_data.plain(value)

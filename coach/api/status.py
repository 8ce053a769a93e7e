"""Is it up, is it ready, is it in time; what is it and where are its pages."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import PUBLIC, allow
from coach.services import health, metrics
from programs import triage

blueprint = Blueprint("status", __name__, template_folder="templates", static_folder=None)


@blueprint.get("/")
@allow(PUBLIC)
def front() -> str:
    words = edge.parts().catalog.in_language("en")
    return render_template("front.html", card=triage.card("SAFETY_NET", words))


@blueprint.get("/style.css")
@allow(PUBLIC)
def style() -> Response:
    return Response(render_template("style.css"), mimetype="text/css", headers={"Cache-Control": "max-age=300"})


@blueprint.get("/health/live")
@allow(PUBLIC)
def live() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@allow(PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers and has the schema of this code."""
    with edge.unit() as unit:
        revision = health.schema_revision(unit.session)
    ok = revision == health.expected_revision()
    return jsonify(status="ok" if ok else "wrong schema", schema=revision), 200 if ok else 503


@blueprint.get("/health/status")
@allow(PUBLIC)
def status() -> ResponseReturnValue:
    """Ages in seconds of the oldest work not done; no health data."""
    with edge.unit() as unit:
        ages: dict[str, Any] = health.ages(unit.session, unit.now)
    return jsonify(ages)


@blueprint.get("/metrics")
@allow(PUBLIC)
def read_metrics() -> Response:
    """The same and more for Prometheus; no health data."""
    with edge.unit() as unit:
        text = metrics.exposition(metrics.read(unit.session, unit.now))
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")

"""The content for everyone: what is done, read and asked, and the safety card, cacheable by content version."""

from hashlib import sha256
from typing import Any

from flask import Response, request

from coach.api import edge
from coach.api.auth import PUBLIC, allow
from coach.api.body import Blueprint
from coach.api.document import ETAG
from coach.api.schemas import library as wire
from coach.services import library
from coach.services.problems import not_found
from programs.catalog import Exercise

blueprint = Blueprint("library", __name__, url_prefix="/v1/library", description="Content, for everyone")
SVG = "image/svg+xml"
CACHE = "public, max-age=300"


@blueprint.get("/exercises")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.ExerciseList, headers=ETAG)
def exercises(asked: dict[str, Any]) -> dict[str, Any]:
    """Every exercise with its words."""
    return {"exercises": library.exercises(edge.parts().catalog, asked["locale"])}


@blueprint.get("/exercises/<string:exercise_id>")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.ExerciseAnswer, headers=ETAG)
def exercise(asked: dict[str, Any], exercise_id: str) -> dict[str, Any]:
    """One exercise."""
    return library.exercise(_exercise(exercise_id), edge.parts().catalog, asked["locale"])


@blueprint.get("/exercises/<string:exercise_id>/figure.svg")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.DRAWING, content_type=SVG, headers=ETAG, description="The drawing")
def figure(asked: dict[str, Any], exercise_id: str) -> Response:
    """One exercise as a moving drawing. It stands still on paper and for whoever asks the device for less motion."""
    drawn = library.drawing(_exercise(exercise_id), edge.parts().catalog, asked["locale"]).encode()
    response = Response(drawn, mimetype=SVG)
    response.set_etag(sha256(drawn).hexdigest()[:32])  # a release may draw the same content better
    return response


@blueprint.get("/exercises/<string:exercise_id>/figure.json")
@allow(PUBLIC)
@blueprint.response(200, wire.FigureAnswer, headers=ETAG)
def key_poses(exercise_id: str) -> dict[str, Any]:
    """The key poses of that drawing as numbers, for an app that draws by itself."""
    return library.key_poses(_exercise(exercise_id), edge.parts().catalog)


def _exercise(exercise_id: str) -> Exercise:
    found = edge.parts().catalog.exercises.get(exercise_id)
    if found is None:
        raise not_found()
    return found


@blueprint.get("/programs")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.ProgramList, headers=ETAG)
def programs(asked: dict[str, Any]) -> dict[str, Any]:
    """Every programme, with who it is for."""
    return {"programs": library.programs(edge.parts().catalog, asked["locale"])}


@blueprint.get("/lessons")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.LessonList, headers=ETAG)
def lessons(asked: dict[str, Any]) -> dict[str, Any]:
    """Every lesson with its question, in the order in which they are shown."""
    return {"lessons": library.lessons(edge.parts().catalog, asked["locale"])}


@blueprint.get("/lessons/<string:lesson_id>")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.LessonAnswer, headers=ETAG)
def lesson(asked: dict[str, Any], lesson_id: str) -> dict[str, Any]:
    """One lesson."""
    catalog = edge.parts().catalog
    if lesson_id not in catalog.education.lessons:
        raise not_found()
    return library.lesson(catalog.education.lessons[lesson_id], catalog, asked["locale"])


@blueprint.get("/modules")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.ModuleList, headers=ETAG)
def modules(asked: dict[str, Any]) -> dict[str, Any]:
    """Advice beside the exercises, the treatments people log, and the calendar of follow-up."""
    return library.modules(edge.parts().catalog, asked["locale"])


@blueprint.get("/questionnaires")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.QuestionnaireList, headers=ETAG)
def questionnaires(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked and when; licensed ones without their words."""
    return {"questionnaires": library.questionnaires(edge.parts().catalog, asked["locale"])}


@blueprint.get("/safety-card")
@allow(PUBLIC)
@blueprint.arguments(wire.Asked, location="query")
@blueprint.response(200, wire.SafetyCard, headers=ETAG)
def safety_card(asked: dict[str, Any]) -> dict[str, Any]:
    """When to get help at once, with the emergency numbers of all countries."""
    return library.safety_card(edge.parts().catalog, asked["locale"])


@blueprint.after_request
def cacheable(response: Response) -> Response:
    """Content changes only with a release: a client asks again with the content's hash."""
    if response.status_code == 200:
        catalog = edge.parts().catalog
        spoken = catalog.in_language(request.args.get("locale", "en")).locale
        if not response.get_etag()[0]:
            response.set_etag(f"{catalog.content_hash[:32]}-{spoken}")
        response.headers["Content-Language"] = spoken
        response.headers["Cache-Control"] = CACHE
        return response.make_conditional(request)  # type: ignore[return-value]
    return response

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
@blueprint.response(200, wire.ExerciseList, headers=ETAG)
def exercises() -> dict[str, Any]:
    """Every exercise with its words."""
    return {"exercises": library.exercises(edge.parts().catalog, "en")}


@blueprint.get("/exercises/<string:exercise_id>")
@allow(PUBLIC)
@blueprint.response(200, wire.ExerciseAnswer, headers=ETAG)
def exercise(exercise_id: str) -> dict[str, Any]:
    """One exercise."""
    return library.exercise(_exercise(exercise_id), edge.parts().catalog, "en")


@blueprint.get("/exercises/<string:exercise_id>/figure.svg")
@allow(PUBLIC)
@blueprint.response(200, wire.DRAWING, content_type=SVG, headers=ETAG, description="The drawing")
def figure(exercise_id: str) -> Response:
    """One exercise as a moving drawing. It stands still on paper and for whoever asks the device for less motion."""
    drawn = library.drawing(_exercise(exercise_id), edge.parts().catalog, "en").encode()
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
@blueprint.response(200, wire.ProgramList, headers=ETAG)
def programs() -> dict[str, Any]:
    """Every programme, with who it is for."""
    return {"programs": library.programs(edge.parts().catalog, "en")}


@blueprint.get("/lessons")
@allow(PUBLIC)
@blueprint.response(200, wire.LessonList, headers=ETAG)
def lessons() -> dict[str, Any]:
    """Every lesson with its question, in the order in which they are shown."""
    return {"lessons": library.lessons(edge.parts().catalog, "en")}


@blueprint.get("/lessons/<string:lesson_id>")
@allow(PUBLIC)
@blueprint.response(200, wire.LessonAnswer, headers=ETAG)
def lesson(lesson_id: str) -> dict[str, Any]:
    """One lesson."""
    catalog = edge.parts().catalog
    if lesson_id not in catalog.education.lessons:
        raise not_found()
    return library.lesson(catalog.education.lessons[lesson_id], catalog, "en")


@blueprint.get("/modules")
@allow(PUBLIC)
@blueprint.response(200, wire.ModuleList, headers=ETAG)
def modules() -> dict[str, Any]:
    """Advice beside the exercises, the treatments people log, and the calendar of follow-up."""
    return library.modules(edge.parts().catalog, "en")


@blueprint.get("/questionnaires")
@allow(PUBLIC)
@blueprint.response(200, wire.QuestionnaireList, headers=ETAG)
def questionnaires() -> dict[str, Any]:
    """What is asked and when; licensed ones without their words."""
    return {"questionnaires": library.questionnaires(edge.parts().catalog, "en")}


@blueprint.get("/safety-card")
@allow(PUBLIC)
@blueprint.response(200, wire.SafetyCard, headers=ETAG)
def safety_card() -> dict[str, Any]:
    """When to get help at once, with the emergency numbers of all countries."""
    return library.safety_card(edge.parts().catalog, "en")


@blueprint.after_request
def cacheable(response: Response) -> Response:
    """Content changes only with a release: a client asks again with the content's hash."""
    if response.status_code == 200:
        if not response.get_etag()[0]:
            response.set_etag(edge.parts().catalog.content_hash[:32])
        response.headers["Cache-Control"] = CACHE
        return response.make_conditional(request)  # type: ignore[return-value]
    return response

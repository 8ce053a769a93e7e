"""What all pages share: the blueprint, its headers, the language, the frame around a page, and refusals as pages."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from coach.api import edge
from coach.api.auth import CLINICIAN, ENROLLING
from coach.api.errors import as_problem
from coach.console import doors, words
from coach.console.telling import Teller
from coach.models.people import Clinic
from coach.services import access, watch
from coach.services.problems import Problem
from programs import schedule

PREFIX = "/console"
LANGUAGE = "console-language"  # cookie
YEAR_S = 365 * 86_400
AGAIN = (401, 409, 422, 429)  # refusals after which a form is shown again
# No script at all, nothing from elsewhere, and in nobody's frame.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
blueprint = Blueprint("console", __name__, url_prefix=PREFIX, template_folder="templates", static_folder=None)
STYLE = (Path(__file__).parent / "templates" / "console" / "style.css").read_text("utf-8")


def install(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check_form() -> None:
    doors.check_form()


@blueprint.after_request
def _frame(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "same-origin"  # with none at all, our own forms would have no Origin
    response.headers["Vary"] = "Cookie, Accept-Language"
    return doors.keep(response)


@blueprint.errorhandler(Problem)
def _refused(problem: Problem) -> ResponseReturnValue:
    """A page that says what is wrong; a form that can be mended comes again with all that was typed."""
    if problem.type == "not-logged-in":
        here = request.full_path.rstrip("?") if request.method == "GET" else url_for("console.start")
        return log_in_page(here, None), 401, {"WWW-Authenticate": "Cookie"}
    who = g.get("identity")
    if problem.type == "not-for-you" and who is not None and who.role in ENROLLING:
        return redirect(url_for("console.second_factor"), 303)
    form = g.get("form") if problem.status in AGAIN else None
    typed = MultiDict(request.form)
    for name, value in g.get("again", {}).items():
        typed[name] = value
    shown = form.filled(typed) if form is not None else None
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    body = _render("refused.html", title=reason(problem), problem=problem, form=shown, wrong=problem.fields)
    return body, problem.status, headers


@blueprint.errorhandler(HTTPException)
@blueprint.errorhandler(DBAPIError)
@blueprint.errorhandler(PoolTimeout)
def _failed(error: Exception) -> ResponseReturnValue:
    return _refused(as_problem(error))


def language() -> str:
    """The reader's choice, else what their browser asks for, else English."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen in words.LANGUAGES:
        return chosen
    for asked, _ in request.accept_languages:
        for known in words.LANGUAGES:
            if asked.partition("-")[0].lower() == known.partition("-")[0]:
                return known
    return "en"


def t() -> words.Words:
    return words.of(language())


def teller() -> Teller:
    catalog = edge.parts().catalog
    return Teller(t(), catalog.in_language(language()), catalog)


def reason(problem: Problem) -> str:
    """A refusal in the reader's words."""
    return t().either(f"problems.{problem.type}", problem.title)


def page(unit: edge.Unit, template: str, /, **values: Any) -> str:
    """A page for who is logged in, with the frame around it."""
    me = access.member(unit.session, edge.identity())
    clinic = unit.session.get_one(Clinic, me.clinic_id)
    unseen = 0
    if me.role in CLINICIAN:
        unseen = watch.unseen(unit.session, edge.identity(), now=unit.now)
    frame = {"me": me, "clinic": clinic, "zone": clinic.zone, "unseen": unseen, "now": unit.now}
    return _render(template, **frame | values)


def plain(template: str, /, **values: Any) -> str:
    """A page without a frame, for who is not logged in."""
    return _render(template, **values)


def log_in_page(onward: str, wrong: Problem | None) -> str:
    from coach.console.log_in import form  # its page is the answer of every closed door

    shown = form(onward)
    if wrong is not None:
        shown = shown.filled(request.form)
    return _render("log_in.html", form=shown, problem=wrong, wrong={})


def done(url: str, what: str) -> ResponseReturnValue:
    """After a form: on to a page, which says what has been done."""
    mark = "&" if "?" in url else "?"
    return redirect(f"{url}{mark}done={what}", 303)


def again_with(**values: str) -> None:
    """What a form that is refused and shown again must hold in place of what was sent."""
    g.again = values


def local_path(path: str | None) -> str:
    """An address of the console, whatever was asked for: nobody is sent elsewhere."""
    good = path is not None and path.startswith(f"{PREFIX}/") and path.isprintable() and "\\" not in path
    return path if path is not None and good and len(path) <= 300 else url_for("console.start")


@blueprint.get("/language/<string:locale>")
@doors.open_to_all
def choose_language(locale: str) -> ResponseReturnValue:
    response = make_response(redirect(local_path(request.args.get("onward")), 303))
    if locale in words.LANGUAGES:
        response.set_cookie(LANGUAGE, locale, max_age=YEAR_S, path=PREFIX, samesite="Lax", httponly=True)
    return response


@blueprint.get("/style.css")
@doors.open_to_all
def style() -> Response:
    return Response(STYLE, mimetype="text/css", headers={"Cache-Control": "max-age=300"})


def _render(template: str, /, **values: Any) -> str:
    spoken = t()

    def moment(at: datetime, zone: str | None = None) -> str:
        return spoken.moment(schedule.wall(at, zone or values.get("zone", "UTC")))

    done_key = request.args.get("done", "")
    frame = {
        "t": spoken,
        "token": doors.token,
        "moment": moment,
        "languages": words.LANGUAGES,
        "here": local_path(request.full_path.rstrip("?") if request.method == "GET" else None),
        "said": spoken.texts.get(f"done.{done_key}"),
        "me": None,
        "unseen": 0,
    }
    return render_template(f"console/{template}", **frame | values)

"""Coming in and going out: password and code, the second factor set up, an account of staff taken up."""

from typing import Any

import segno
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coach.api import edge
from coach.api.auth import CLINICIAN, ENROLLING, STAFF
from coach.clock import real_now
from coach.console import doors, site
from coach.console.forms import Field, Form, read
from coach.console.site import blueprint, t
from coach.services import accounts, invitations, two_factor
from coach.services.accounts import PASSWORD_LONGEST, PASSWORD_SHORTEST
from coach.services.problems import Problem

CODE_LONGEST = 40


def form(onward: str) -> Form:
    fields = (
        Field("email", "email", t()("log_in.email"), most=254),
        Field("password", "password", t()("log_in.password"), most=PASSWORD_LONGEST),
        Field("code", "code", t()("log_in.code"), required=False, most=CODE_LONGEST, hint=t()("log_in.code_hint")),
        Field("onward", "hidden", required=False, most=300, value=onward),
    )
    return Form(url_for("console.log_in"), t()("log_in.button"), fields)


@blueprint.get("/")
@doors.open_to(*STAFF, *ENROLLING)
def start() -> ResponseReturnValue:
    """Where everybody begins: clinicians with their caseload, administrators with the clinic's people."""
    if edge.identity().role in CLINICIAN:
        return redirect(url_for("console.caseload"), 303)
    if edge.identity().role in ENROLLING:
        return redirect(url_for("console.second_factor"), 303)
    return redirect(url_for("console.people"), 303)


@blueprint.get("/log-in")
@doors.open_to_all
def log_in_form() -> ResponseReturnValue:
    if doors.caller() is not None:
        return redirect(url_for("console.start"), 303)
    return site.log_in_page(site.local_path(request.args.get("onward")), None)


@blueprint.post("/log-in")
@doors.open_to_all
def log_in() -> ResponseReturnValue:
    onward = site.local_path(request.form.get("onward"))
    try:
        data = read(form(onward))
        _let_in(data)
    except Problem as problem:
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
        return site.log_in_page(onward, problem), problem.status, headers
    return redirect(onward, 303)


@blueprint.post("/log-out")
@doors.open_to(*STAFF, *ENROLLING)
def log_out() -> ResponseReturnValue:
    with edge.unit() as unit:
        doors.log_out(unit)
    return redirect(url_for("console.log_in_form", done="logged_out"), 303)


@blueprint.get("/second-factor")
@doors.open_to(*ENROLLING)
def second_factor() -> ResponseReturnValue:
    """Shows a new secret each time; the one shown last counts."""
    return _second_factor(None)


@blueprint.post("/second-factor")
@doors.open_to(*ENROLLING)
def confirm_second_factor() -> ResponseReturnValue:
    try:
        data = read(_code_form())
        with edge.unit() as unit:
            account = edge.identity().account_id
            codes = two_factor.confirm(unit.session, account, data["code"], real_now())
            if codes is not None:  # password and second factor are proved: a log-in of its own
                doors.log_in(account, unit)
        if codes is None:
            raise Problem("wrong-code", 401, "The code is not right, or was used before.")
    except Problem as problem:
        return _second_factor(problem), problem.status
    return site.plain("recovery_codes.html", codes=codes)


@blueprint.get("/join")
@doors.open_to_all
def join_form() -> ResponseReturnValue:
    return site.plain("join.html", form=_join_form(), problem=None, wrong={})


@blueprint.post("/join")
@doors.open_to_all
def join() -> ResponseReturnValue:
    """A member of staff takes up the account that an administrator has prepared, and sets up the second factor."""
    shown = _join_form()
    try:
        data = read(shown)
        with edge.unit() as unit:
            address = request.remote_addr or ""
            found = invitations.find(unit.session, data["code"], address=address, now=unit.now, real_now=real_now())
            if found is not None:
                who = accounts.join_staff(unit.session, found, password=data["password"], now=unit.now)
                doors.log_in(who.account_id, unit)
        if found is None:
            raise Problem("invitation-refused", 403, "This code is not known, used already, or too old.")
    except Problem as problem:
        body = site.plain("join.html", form=shown.filled(request.form), problem=problem, wrong=problem.fields)
        return body, problem.status
    return redirect(url_for("console.start"), 303)


def _let_in(data: dict[str, Any]) -> None:
    config = edge.parts().config
    with edge.unit() as unit:
        found = accounts.log_in(
            unit.session,
            email=data["email"],
            password=data["password"],
            code=data["code"],
            address=request.remote_addr or "",
            real_now=real_now(),
            two_factor_required=config.two_factor,
        )
        if not isinstance(found, Problem) and found.role not in (*STAFF, *ENROLLING):
            found = Problem("not-staff", 403, "The console is for the staff of a clinic.")
        if not isinstance(found, Problem):
            doors.log_in(found.account_id, unit)
    if isinstance(found, Problem):  # the attempt has been counted and committed
        raise found


def _second_factor(problem: Problem | None) -> str:
    """The secret stays while it is being confirmed: a wrong code must not make the phone's entry worthless."""
    with edge.unit() as unit:
        account = accounts.get(unit.session, edge.identity().account_id)
        shown = two_factor.shown(account) if problem is not None else None
        enrolment = shown or two_factor.begin(unit.session, account.id)
    picture = Markup(segno.make(enrolment.uri, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff"))
    return site.plain("second_factor.html", form=_code_form(), enrolment=enrolment, picture=picture, problem=problem)


def _code_form() -> Form:
    field = Field("code", "code", t()("second_factor.code"), least=6, most=CODE_LONGEST)
    return Form(url_for("console.confirm_second_factor"), t()("second_factor.button"), (field,))


def _join_form() -> Form:
    fields = (
        Field("code", "text", t()("join.code"), most=40, hint=t()("join.code_hint")),
        Field("password", "password", t()("join.password"), least=PASSWORD_SHORTEST, most=PASSWORD_LONGEST,
              hint=t()("join.password_hint", least=PASSWORD_SHORTEST)),
    )  # fmt: skip
    return Form(url_for("console.join"), t()("join.button"), fields)

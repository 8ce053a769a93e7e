"""Every route declares its audience with `@allow`; a route that does not is denied. The guard test walks them all."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from coach.api.edge import limited, parts
from coach.services.problems import Problem, not_found, too_many
from coach.services.tokens import Identity

PUBLIC = "public"
PATIENT = ("patient",)
CLINICIAN = ("physiotherapist", "doctor")
ADMINISTRATOR = ("administrator",)
STAFF = (*CLINICIAN, *ADMINISTRATOR)
ENROLLING = ("enrolling",)  # staff without a second factor: may set one up and nothing else

View = TypeVar("View", bound=Callable[..., Any])


def allow(*roles: str) -> Callable[[View], View]:
    """Names the roles that may call the view; `PUBLIC` for anyone."""

    def mark(view: View) -> View:
        view.audience = roles  # type: ignore[attr-defined]
        return view

    return mark


def known_by(identify: Callable[[], Identity | None]) -> Callable[[View], View]:
    """For views that know their caller by something else than a bearer token."""

    def mark(view: View) -> View:
        view.known_by = identify  # type: ignore[attr-defined]
        return view

    return mark


def limits_itself(view: View) -> View:
    """For the one view that must never refuse a red-flag answer: it asks for the limit by itself."""
    view.limits_itself = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    @app.before_request
    def authenticate() -> None:
        if request.endpoint is None:
            return  # no such route: the 404 handler answers
        view = current_app.view_functions[request.endpoint]
        audience = getattr(view, "audience", None)
        if audience is None:
            raise not_found()
        if audience == (PUBLIC,):
            _limit()
            return
        identity = getattr(view, "known_by", _bearer)()
        if identity is None:
            raise Problem("not-logged-in", 401, "Log in first, or refresh your token.")
        if identity.role not in audience:
            raise Problem("not-for-you", 403, "Your account may not do this.")
        g.identity = identity
        if not getattr(view, "limits_itself", False):
            _limit()


def _bearer() -> Identity | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return parts().signer.identity(token) if kind.lower() == "bearer" else None


def _limit() -> None:
    if (wait := limited()) is not None:
        raise too_many(wait)

"""Registering, logging in and out, and one's own settings."""

from typing import Any

from flask import request

from coach.api import edge
from coach.api.auth import PATIENT, PUBLIC, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import accounts as wire
from coach.clock import real_now
from coach.models.people import Clinic, Patient
from coach.services import access, accounts, plans, settings, tokens
from coach.services.problems import Problem
from programs import schedule

blueprint = Blueprint("accounts", __name__, url_prefix="/v1", description="Registering, tokens, settings")


@blueprint.post("/auth/register")
@allow(PUBLIC)
@blueprint.arguments(wire.Registration)
@blueprint.response(201, wire.Tokens)
def register(data: dict[str, Any]) -> tokens.Pair:
    """Register as a patient of the clinic that runs this service."""
    if edge.parts().config.registration != "open":
        raise Problem("registration-closed", 403, "Ask your clinic for an invitation.")
    with edge.unit() as unit:
        identity = accounts.register(unit.session, **data, now=unit.now)
        return tokens.issue(unit.session, edge.parts().signer, identity, real_now())


@blueprint.post("/auth/token")
@allow(PUBLIC)
@blueprint.arguments(wire.Credentials)
@blueprint.response(200, wire.Tokens)
def log_in(data: dict[str, Any]) -> tokens.Pair:
    """Log in with e-mail and password."""
    with edge.unit() as unit:
        address = request.remote_addr or ""
        identity = accounts.log_in(unit.session, **data, address=address, real_now=real_now())
        pair = tokens.issue(unit.session, edge.parts().signer, identity, real_now()) if identity else None
    if pair is None:  # the attempt has been counted and committed
        raise Problem("wrong-credentials", 401, "E-mail or password is not right.")
    return pair


@blueprint.post("/auth/refresh")
@allow(PUBLIC)
@blueprint.arguments(wire.RefreshRequest)
@blueprint.response(200, wire.Tokens)
def refresh(data: dict[str, Any]) -> tokens.Pair:
    """Exchange a refresh token for the next pair. Using one twice logs the whole family out."""
    with edge.unit() as unit:
        pair = tokens.rotate(unit.session, edge.parts().signer, data["refresh_token"], real_now())
    if pair is None:  # a revoked family has been committed
        raise Problem("refresh-refused", 401, "Log in again.")
    return pair


@blueprint.post("/auth/logout")
@allow(PUBLIC)
@blueprint.arguments(wire.RefreshRequest)
@blueprint.response(204)
def log_out(data: dict[str, Any]) -> None:
    """End the family of this refresh token."""
    with edge.unit() as unit:
        family = tokens.family_of(unit.session, edge.parts().signer, data["refresh_token"])
        if family is not None:
            tokens.revoke(unit.session, family, real_now())


@blueprint.get("/me")
@allow(*PATIENT)
@blueprint.response(200, wire.Me)
def me() -> dict[str, Any]:
    """Your settings and your local day."""
    with edge.unit() as unit:
        return _me(unit, access.own_patient(unit.session, edge.identity()))


@blueprint.patch("/me")
@allow(*PATIENT)
@blueprint.arguments(wire.Settings)
@blueprint.response(200, wire.Me)
def change_me(data: dict[str, Any]) -> dict[str, Any]:
    """Change zone, language, the hour your day begins, or quiet hours."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        settings.change(unit.session, patient, data, unit.now)
        return _me(unit, patient)


@blueprint.put("/me/shift")
@allow(*PATIENT)
@blueprint.arguments(wire.Shift)
@blueprint.response(200, wire.Me)
def take_shift(data: dict[str, Any]) -> dict[str, Any]:
    """Switch to a shift: its quiet and working hours hold at once."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        settings.take_shift(unit.session, patient, data["name"], unit.now)
        return _me(unit, patient)


@blueprint.put("/me/shifts/<string:shift>", parameters=[in_path("shift", f"one of {', '.join(schedule.SHIFTS)}")])
@allow(*PATIENT)
@blueprint.arguments(wire.ShiftHours)
@blueprint.response(200, wire.Me)
def set_shift(data: dict[str, Any], shift: str) -> dict[str, Any]:
    """Set the hours of a shift. Equal ends mean that there are none."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        settings.set_shift(unit.session, patient, shift, data, unit.now)
        return _me(unit, patient)


def _me(unit: edge.Unit, patient: Patient) -> dict[str, Any]:
    account = accounts.get(unit.session, patient.id)
    clinic = unit.session.get_one(Clinic, patient.clinic_id)
    own = {name: getattr(patient, name) for name in (*settings.NAMES, "id", "lock", "shift")}
    own |= {"shifts": settings.shifts(patient), "today": plans.today(patient, unit.now)}
    return own | {"name": account.name, "clinic": clinic.name}

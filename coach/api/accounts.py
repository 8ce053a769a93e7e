"""Registering, logging in and out, and one's own settings."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

from coach.api import edge
from coach.api.auth import ENROLLING, PATIENT, PUBLIC, STAFF, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import accounts as wire
from coach.api.schemas import plans as plan_wire
from coach.clock import real_now
from coach.models.joining import Invitation
from coach.models.people import Clinic, Patient
from coach.services import (
    access,
    accounts,
    audit,
    consent,
    invitations,
    relationships,
    resets,
    settings,
    sync,
    tokens,
    two_factor,
)
from coach.services.problems import Problem
from programs import schedule

T = TypeVar("T")

blueprint = Blueprint("accounts", __name__, url_prefix="/v1", description="Registering, tokens, settings")


@blueprint.post("/auth/register")
@allow(PUBLIC)
@blueprint.arguments(wire.Registration)
@blueprint.response(201, wire.Tokens)
def register(data: dict[str, Any]) -> tokens.Pair:
    """Register as a patient: by invitation, or with the clinic that runs this service where that is open."""
    code, agreed = data.pop("invitation", None), data.pop("consent", None)
    if code is not None:
        return _join(code, lambda unit, invitation: accounts.join(
            unit.session, invitation, agreed=agreed, **data, now=unit.now
        ))  # fmt: skip
    if edge.parts().config.registration != "open":
        raise Problem("registration-closed", 403, "Ask your clinic for an invitation.")
    with edge.unit() as unit:
        identity = accounts.register(unit.session, **data, agreed=agreed, now=unit.now)
        return tokens.issue(unit.session, edge.parts().signer, identity, real_now())


@blueprint.post("/auth/invitation")
@allow(PUBLIC)
@blueprint.arguments(wire.InvitationCode)
@blueprint.response(200, wire.InvitationShown)
def show_invitation(data: dict[str, Any]) -> dict[str, Any]:
    """Who invites you, and the words you agree to by joining."""

    def show(unit: edge.Unit, invitation: Invitation) -> dict[str, Any]:
        carer = invitations.carer(unit.session, invitation) if invitation.role == "patient" else None
        return {
            "clinic": unit.session.get_one(Clinic, invitation.clinic_id).name,
            "role": invitation.role,
            "clinician": carer.name if carer else None,
            "consent": {"version": consent.VERSION, "text": consent.WORDS["en"]},
        }

    return _with_invitation(data["code"], show)


@blueprint.post("/auth/join-staff")
@allow(PUBLIC)
@blueprint.arguments(wire.StaffRegistration)
@blueprint.response(201, wire.Tokens)
def join_staff(data: dict[str, Any]) -> tokens.Pair:
    """Take up the account that an administrator has prepared for you."""
    return _join(data["invitation"], lambda unit, invitation: accounts.join_staff(
        unit.session, invitation, password=data["password"], now=unit.now
    ))  # fmt: skip


@blueprint.post("/auth/token")
@allow(PUBLIC)
@blueprint.arguments(wire.Credentials)
@blueprint.response(200, wire.Tokens)
def log_in(data: dict[str, Any]) -> tokens.Pair:
    """Log in with e-mail and password; staff with a code of their authenticator as well."""
    parts, real = edge.parts(), real_now()
    with edge.unit() as unit:
        found = accounts.log_in(
            unit.session,
            **data,
            address=request.remote_addr or "",
            real_now=real,
            two_factor_required=parts.config.two_factor,
        )
        pair = None if isinstance(found, Problem) else tokens.issue(unit.session, parts.signer, found, real)
    if isinstance(found, Problem):  # the attempt has been counted and committed
        raise found
    assert pair is not None
    return pair


@blueprint.post("/auth/two-factor")
@allow(*ENROLLING, *STAFF)
@blueprint.response(200, wire.Enrolment)
def enrol() -> two_factor.Enrolment:
    """Begin to set up a second factor: put the secret into an authenticator, then confirm."""
    with edge.unit() as unit:
        return two_factor.begin(unit.session, edge.identity().account_id)


@blueprint.post("/auth/two-factor/confirm")
@allow(*ENROLLING, *STAFF)
@blueprint.arguments(wire.Code)
@blueprint.response(200, wire.Enrolled)
def confirm(data: dict[str, Any]) -> dict[str, Any]:
    """Confirm with a first code. Keep the recovery codes; then log in with the next code."""
    with edge.unit() as unit:
        codes = two_factor.confirm(unit.session, edge.identity().account_id, data["code"], real_now())
    if codes is None:  # the attempt has been counted and committed
        raise Problem("wrong-code", 401, "The code is not right, or was used before.")
    return {"recovery_codes": codes}


@blueprint.post("/auth/reset")
@allow(PUBLIC)
@blueprint.arguments(wire.ResetAsked)
@blueprint.response(202)
def ask_reset(data: dict[str, Any]) -> None:
    """Ask for a code by e-mail to set a new password. The answer is the same for any address."""
    with edge.unit() as unit:
        resets.ask(unit.session, data["email"], request.remote_addr or "", real_now())
    edge.parts().waker.wake("notices")


@blueprint.post("/auth/reset/confirm")
@allow(PUBLIC)
@blueprint.arguments(wire.ResetUsed)
@blueprint.response(204)
def use_reset(data: dict[str, Any]) -> None:
    """Set a new password with the code of the mail: all log-ins end. A second factor stays as it is."""
    parts = edge.parts()
    with edge.unit() as unit:
        address = request.remote_addr or ""
        done = resets.use(unit.session, parts.signer, data["code"], data["password"], address, real_now())
    if not done:  # the attempt has been counted and committed
        raise Problem("reset-refused", 403, "This code is not known, used already, or too old. Ask for a new one.")


@blueprint.post("/auth/refresh")
@allow(PUBLIC)
@blueprint.arguments(wire.RefreshRequest)
@blueprint.response(200, wire.Tokens)
def refresh(data: dict[str, Any]) -> tokens.Pair:
    """Exchange a refresh token for the next pair. Using one twice logs the whole family out."""
    with edge.unit() as unit:
        required = edge.parts().config.two_factor
        pair = tokens.rotate(
            unit.session, edge.parts().signer, data["refresh_token"], real_now(), two_factor_required=required
        )
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


@blueprint.get("/me/care")
@allow(*PATIENT)
@blueprint.response(200, wire.Care)
def my_care() -> dict[str, Any]:
    """Who looks after you, and what you agreed to."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return {
            "clinic": unit.session.get_one(Clinic, patient.clinic_id).name,
            "clinicians": relationships.of_patient(unit.session, patient.id, unit.now),
            "consents": consent.given(unit.session, patient.id),
        }


@blueprint.get("/me/consents")
@allow(*PATIENT)
@blueprint.response(200, wire.Consents)
def consents() -> dict[str, Any]:
    """What you agreed to, and the words as they are today."""
    with edge.unit() as unit:
        return _consents(unit, access.own_patient(unit.session, edge.identity()))


@blueprint.put("/me/consents")
@allow(*PATIENT)
@blueprint.arguments(wire.ConsentChange)
@blueprint.response(200, wire.Consents)
def change_consents(data: dict[str, Any]) -> dict[str, Any]:
    """Agree to your clinic seeing your record, or take it back: from then on nobody there sees it."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        consent.change(unit.session, patient, data["care"], data["version"], unit.now)
        unit.session.flush()
        return _consents(unit, patient)


@blueprint.get("/me/audit")
@allow(*PATIENT)
@blueprint.arguments(plan_wire.Page, location="query")
@blueprint.response(200, wire.Audit)
def my_audit(page: dict[str, Any]) -> dict[str, Any]:
    """Who read or changed your record, newest first."""
    most = page["limit"]
    with edge.unit() as unit:
        lines = audit.of_patient(unit.session, edge.identity().account_id, before=page.get("before"), most=most)
    return {"lines": lines, "next": lines[-1].id if len(lines) == most else None}


def _join(code: str, join: Callable[[edge.Unit, Invitation], tokens.Identity]) -> tokens.Pair:
    """Tokens for who has joined; staff can only enrol with theirs."""

    def let_in(unit: edge.Unit, invitation: Invitation) -> tokens.Pair:
        identity = join(unit, invitation)
        if edge.parts().config.two_factor and identity.role in STAFF:
            identity = tokens.Identity(identity.account_id, *ENROLLING)
        return tokens.issue(unit.session, edge.parts().signer, identity, real_now())

    return _with_invitation(code, let_in)


def _with_invitation(code: str, use: Callable[[edge.Unit, Invitation], T]) -> T:
    with edge.unit() as unit:
        address = request.remote_addr or ""
        found = invitations.find(unit.session, code, address=address, now=unit.now, real_now=real_now())
        used = use(unit, found) if found is not None else None
    if used is None:  # the attempt has been counted and committed
        raise Problem("invitation-refused", 403, "This code is not known, used already, or too old.")
    return used


def _consents(unit: edge.Unit, patient: Patient) -> dict[str, Any]:
    return {
        "consents": consent.given(unit.session, patient.id),
        "version": consent.VERSION,
        "text": consent.WORDS["en"],
    }


def _me(unit: edge.Unit, patient: Patient) -> dict[str, Any]:
    account = accounts.get(unit.session, patient.id)
    clinic = unit.session.get_one(Clinic, patient.clinic_id)
    return sync.me(patient, account.name, clinic.name, unit.now)

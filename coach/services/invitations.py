"""Codes that let one person join a clinic: single use, bounded in time and in guesses, shown once, stored as hashes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from coach.models.joining import Invitation
from coach.models.people import Account, Clinic
from coach.services import access, attempts
from coach.services.access import CLINICIANS
from coach.services.problems import Problem, conflict, invalid, not_found
from coach.services.tokens import Identity

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
LENGTH = 12  # 60 bits
DAYS, DAYS_MOST = 14, 60
MOST_OPEN = 500  # invitations of one clinic that still wait
MOST_LISTED = 100
ATTEMPTS = 20  # wrong codes from one address in 15 minutes
JOIN_PATH = "/join#"  # after the #: browsers do not send that part, so no log holds a code


@dataclass(frozen=True)
class Made:
    """A new invitation with its code, which is not to be had again."""

    id: UUID
    code: str
    role: str
    expires_at: datetime


def make(
    session: Session,
    identity: Identity,
    *,
    role: str,
    clinician_id: UUID | None,
    email: str | None,
    name: str | None,
    days: int,
    now: datetime,
) -> Made:
    """Invites a patient (clinicians, administrators) or one of the staff (administrators). Raises Problem.

    A patient will be looked after by `clinician_id`: the caller unless said, or whoever is on duty.
    """
    mine = access.member(session, identity)
    if role != "patient" and identity.role != "administrator":
        raise Problem("not-for-you", 403, "Your account may not do this.")
    if role == "patient":
        clinician_id = clinician_id or (mine.id if mine.role in CLINICIANS else None)
        if clinician_id and access.colleague(session, identity, clinician_id, roles=CLINICIANS) is None:
            raise invalid("clinician", "must be a clinician of this clinic")
    waiting = select(func.count()).select_from(Invitation).where(Invitation.clinic_id == mine.clinic_id, _open(now))
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise conflict(f"{MOST_OPEN} invitations wait already; take some back first.")
    return _made(session, mine.clinic_id, role, clinician_id, email, name, timedelta(days=days), mine.id, now)


def find(session: Session, code: str, *, address: str, now: datetime, real_now: datetime) -> Invitation | None:
    """The open invitation of a code, locked; None for any other, counted for the address (the edge commits that).

    Raises Problem 429 after too many wrong codes.
    """
    subject = attempts.key("invitation", address)
    attempts.one_at_a_time(session, subject)
    attempts.refuse_when_too_many(session, subject, ATTEMPTS, real_now)
    query = select(Invitation).where(Invitation.digest == digest(code), _open(now))
    found = session.scalar(query.with_for_update())
    if found is None:
        attempts.failed(session, [subject], real_now)
    return found


def carer(session: Session, invitation: Invitation) -> Account | None:
    """Who will look after the invited patient."""
    clinic = session.get_one(Clinic, invitation.clinic_id)
    account_id = invitation.clinician_id or clinic.on_duty_id
    return session.get(Account, account_id) if account_id else None


def listed(session: Session, identity: Identity, now: datetime) -> list[Invitation]:
    """The clinic's newest invitations, at most MOST_LISTED."""
    mine = access.member(session, identity).clinic_id
    query = select(Invitation).where(Invitation.clinic_id == mine)
    return list(session.scalars(query.order_by(Invitation.made_at.desc(), Invitation.id).limit(MOST_LISTED)))


def revoke(session: Session, identity: Identity, invitation_id: UUID, now: datetime) -> None:
    """Takes one back. Raises Problem 404, 409 once it is used."""
    found = session.get(Invitation, invitation_id, with_for_update=True)
    if found is None or found.clinic_id != access.member(session, identity).clinic_id:
        raise not_found()
    if found.used_at is not None:
        raise conflict("This invitation has been used.")
    found.revoked_at = found.revoked_at or now


def state(invitation: Invitation, now: datetime) -> str:
    if invitation.used_at is not None:
        return "used"
    if invitation.revoked_at is not None:
        return "revoked"
    return "open" if invitation.expires_at > now else "expired"


def digest(code: str) -> str:
    """Of a code as people type it: case, spaces and dashes do not matter, nor do O for 0 and I or L for 1."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.translate(str.maketrans("OIL", "011")).encode()).hexdigest()


def _made(
    session: Session,
    clinic_id: UUID,
    role: str,
    clinician_id: UUID | None,
    email: str | None,
    name: str | None,
    lasts: timedelta,
    made_by: UUID,
    now: datetime,
) -> Made:
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    invitation = Invitation(
        id=uuid4(),
        clinic_id=clinic_id,
        digest=digest(letters),
        role=role,
        clinician_id=clinician_id,
        email=email.lower() if email else None,
        name=name,
        made_by=made_by,
        made_at=now,
        expires_at=now + lasts,
    )
    session.add(invitation)
    code = "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))
    return Made(invitation.id, code, role, invitation.expires_at)


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now)

"""The people of a clinic, as its administrator would have made them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Account, Clinic
from coach.services import accounts
from tests.coach.people import PASSWORD


@dataclass(frozen=True)
class Clinics:
    """Ids and e-mails of a clinic with the three who are told of alerts."""

    clinic: UUID
    duty: str
    deputy: str
    administrator: str


def complete(session: Session, now: datetime, *, clinic: Clinic | None = None, domain: str = "example.org") -> Clinics:
    """Gives the default clinic, or another, a deputy and an administrator beside who is on duty."""
    clinic = clinic or session.scalars(select(Clinic).where(Clinic.is_default)).one()
    deputy = account(session, clinic, "doctor", f"deputy@{domain}", "Dario Conti", now)
    administrator = account(session, clinic, "administrator", f"admin@{domain}", "Ada Berg", now)
    clinic.deputy_id, clinic.administrator_id = deputy, administrator
    assert clinic.on_duty_id is not None
    duty = session.get_one(Account, clinic.on_duty_id).email
    return Clinics(clinic.id, duty, f"deputy@{domain}", f"admin@{domain}")


def second(session: Session, now: datetime) -> Clinics:
    """Another clinic of the same deployment, complete."""
    clinic = Clinic(id=uuid4(), name="Lakeside", zone="Asia/Tokyo")
    session.add(clinic)
    session.flush()
    clinic.on_duty_id = account(session, clinic, "physiotherapist", "rin@lakeside.example", "Rin Sato", now)
    return complete(session, now, clinic=clinic, domain="lakeside.example")


def account(session: Session, clinic: Clinic, role: str, email: str, name: str, now: datetime) -> UUID:
    who = {"email": email, "password": PASSWORD, "name": name}
    return accounts.add_account(session, clinic, role=role, **who, now=now).account_id

"""The people of a rehearsal: what a patient's phone and the physiotherapist send for each line of a case's log."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from coach.models.care import Alert
from coach.rehearsal.service import Running
from coach.services import accounts
from programs import canonical, events
from programs.catalog import Catalog
from programs.events import Event

ZONE = "Europe/Paris"  # its clocks change within many cases
PASSWORD = "a password of no worth"
PHYSIOTHERAPIST = "physio@example.org"
APART = timedelta(milliseconds=10)  # entries of one batch, so that they keep their order
BUSY_TRIES = 5
ONE_CALL_EACH = ("intake", "assigned", "override", "release")


class Refused(Exception):
    """The API did not take what a case says."""


@dataclass
class Account:
    """Somebody who is logged in."""

    service: Running
    tokens: dict[str, Any]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer. Raises Refused with what was said instead."""
        status, answer = self._send(method, path, body)
        if status == 401:  # a long rehearsal outlives an access token
            renewal = {"refresh_token": self.tokens["refresh_token"]}
            _, self.tokens = self.service.http.send("POST", "/v1/auth/refresh", renewal)
            status, answer = self._send(method, path, body)
        if status not in (200, 201):
            raise Refused(f"{method} {path}: {status} {answer.get('errors') or answer.get('title')}")
        return answer

    def _send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """As a phone does, asks again while the service is busy."""
        status, answer = self.service.http.send(method, path, body, self.tokens["access_token"])
        for _ in range(BUSY_TRIES):
            if status != 503:
                break
            time.sleep(1)
            status, answer = self.service.http.send(method, path, body, self.tokens["access_token"])
        return status, answer


@dataclass
class Patient:
    """One case's person. Instants are the clock's: nothing is sent from the future."""

    account: Account
    physiotherapist: Account
    catalog: Catalog
    id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.id = UUID(self.account.call("GET", "/v1/me")["id"])

    def say(self, lines: Sequence[Event], now: datetime) -> None:
        """Sends one of the batches that `batches` makes. Raises Refused."""
        line, clinic = lines[0], f"/v1/clinic/patients/{self.id}"
        if isinstance(line.body, events.Intake):
            self.account.call("PUT", "/v1/me/intake", self._intake(line.body))
        elif isinstance(line.body, events.Assigned):
            named = {name: value for name, value in canonical.to_json(line.body).items() if value}
            self.physiotherapist.call("PUT", f"{clinic}/assignment", named)
        elif isinstance(line.body, events.Override):
            self.physiotherapist.call("POST", f"{clinic}/overrides", canonical.to_json(line.body))
        elif isinstance(line.body, events.Release):
            self._release(line.body.flag)
        elif line.author == "patient":
            self._report(self.account, "/v1/me/entries", lines, now)
        else:
            self._report(self.physiotherapist, f"{clinic}/entries", lines, now)

    def routine(self) -> dict[str, Any]:
        found: dict[str, Any] = self.account.call("GET", "/v1/me/routines/today")
        return found

    def _report(self, sender: Account, path: str, lines: Sequence[Event], now: datetime) -> None:
        sent = [self._entry(line, now - APART * (len(lines) - place)) for place, line in enumerate(lines)]
        answer = sender.call("POST", path, {"entries": sent})
        for line, result in zip(lines, answer["results"], strict=True):
            if result["status"] != "stored":
                raise Refused(f"{line.kind}: {result['status']} {result.get('errors')}")

    def _intake(self, body: events.Intake) -> dict[str, Any]:
        """What has a fact's default is not told: some facts the intake does not ask for."""
        told = [each.name for each in fields(body.patient) if getattr(body.patient, each.name) != each.default]
        document = canonical.to_json(body.patient)
        facts = {name: document[name] for name in told if document[name] is not None}
        return facts | {"red_flags": self._all_answered(body.red_flags), "severe": sorted(body.severe)}

    def _entry(self, line: Event, at: datetime) -> dict[str, Any]:
        body = _known(canonical.to_json(line.body))
        if isinstance(line.body, events.Checkin):
            del body["answered"]  # a card that is sent is an answered one
            if line.body.full:
                body["answers"] = self._all_answered(line.body.answers)
        elif isinstance(line.body, events.Condition):
            ended = dict.fromkeys(body["changes"].pop("ended"))
            body["changes"] |= ended
        return {
            "id": str(uuid4()),
            "occurred_at": at.isoformat(),
            "zone": ZONE,
            "local_day": line.day.isoformat(),
            "kind": line.kind,
            "body": body,
        }

    def _all_answered(self, given: Any) -> dict[str, str]:
        """The whole screen has every question answered on the wire; a case names those not answered no."""
        return dict.fromkeys(self.catalog.red_flags, "no") | dict(given)

    def _release(self, flag: str) -> None:
        """Releases the alert of a flag. Its id comes from the table: the list holds the gravest hundred of all."""
        open_ = (Alert.patient_id == self.id, Alert.subject == flag, Alert.resolved_at.is_(None))
        with self.account.service.sessions() as session:
            alert = session.scalar(select(Alert.id).where(*open_))
        if alert is not None:  # releasing what does not stand does nothing, and has no call
            note = {"note": "seen and examined"}
            self.physiotherapist.call("POST", f"/v1/clinic/alerts/{alert}/release", note)


def open_clinic(service: Running, now: datetime) -> Account:
    """The clinic that takes people in; its physiotherapist."""
    with service.sessions.begin() as session:
        accounts.open_clinic(
            session, name="Rehearsal", zone=ZONE, email=PHYSIOTHERAPIST, password=PASSWORD, person="Physio", now=now
        )
    _, tokens = service.http.send("POST", "/v1/auth/token", {"email": PHYSIOTHERAPIST, "password": PASSWORD})
    return Account(service, tokens)


def register(service: Running, number: int, physiotherapist: Account, catalog: Catalog) -> Patient:
    who = {"email": f"case-{number}@example.org", "password": PASSWORD, "name": f"Case {number}", "zone": ZONE}
    _, tokens = service.http.send("POST", "/v1/auth/register", who)
    return Patient(Account(service, tokens), physiotherapist, catalog)


def batches(lines: Sequence[Event]) -> list[list[Event]]:
    """A day's lines as calls, in order: entries of one sender together, everything else one by one.

    Two things a case may say are no call: a release by the patient, and a card left unanswered.
    """
    said = [line for line in lines if not _silent(line)]
    groups = groupby(enumerate(said), key=lambda pair: pair[0] if pair[1].kind in ONE_CALL_EACH else pair[1].author)
    return [[line for _, line in group] for _, group in groups]


def _silent(line: Event) -> bool:
    if isinstance(line.body, events.Checkin):
        return not line.body.answered
    return isinstance(line.body, events.Release) and line.author == "patient"


def _known(document: Any) -> Any:
    """A document without what is not told; None in a list is an item left out and stays."""
    if isinstance(document, dict):
        return {name: _known(value) for name, value in document.items() if value is not None}
    return document

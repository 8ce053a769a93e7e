"""Talking and meeting: messages and visits of one patient on one page."""

from datetime import UTC, datetime
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, patient, site
from coach.console.forms import Field, Form, choices, new_id, read
from coach.console.site import blueprint, t
from coach.models.contact import VISIT_MODES, Message
from coach.models.people import Clinic
from coach.services import messages, visits
from coach.services.problems import conflict, invalid
from programs import schedule
from programs import visits as calendar

OUTCOMES = ("done", "missed", "cancelled")


@blueprint.get("/patients/<uuid:patient_id>/contact")
@doors.open_to(*CLINICIAN)
def contact(patient_id: UUID) -> str:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "read messages")
        talk = messages.listed(unit.session, patient_id)
        planned = visits.listed(unit.session, top.patient)
        zone = unit.session.get_one(Clinic, top.patient.clinic_id).zone
        due = calendar.calendar(top.plan, edge.parts().catalog) if top.plan else ()
        clinical = edge.parts().catalog.in_language(site.language())
        return patient.page(
            unit,
            "contact.html",
            top,
            "contact",
            talk=list(reversed(talk)),
            unread=any(each.author == "patient" and each.read_at is None for each in talk),
            message_form=_message_form(patient_id, talk),
            read_form=_read_form(patient_id, talk),
            visits=[
                (each, [_outcome_form(patient_id, each.id, outcome) for outcome in OUTCOMES],
                 _move_form(patient_id, each, zone)) for each in planned
            ],
            visit_form=_visit_form(patient_id, zone, schedule.wall(unit.now, zone).strftime("%Y-%m-%dT%H:00")),
            due=[each for each in due if each.closes >= top.plan.day][:5] if top.plan else [],
            kind_of=lambda each: clinical.word(f"modules.visit_kinds.{each.kind}"),
        )  # fmt: skip


@blueprint.post("/patients/<uuid:patient_id>/messages")
@doors.open_to(*CLINICIAN)
def write(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "write message", lock=True)
        data = read(_message_form(patient_id, []))
        me = edge.identity().account_id
        messages.send(unit.session, row, data["id"], data["text"], author="clinician", author_id=me, now=unit.now)
        _mark_read(unit, patient_id, data["up_to"])
    edge.parts().waker.wake("tick")
    return site.done(url_for("console.contact", patient_id=patient_id), "message")


@blueprint.post("/patients/<uuid:patient_id>/messages/read")
@doors.open_to(*CLINICIAN)
def mark_read(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        edge.in_care(unit, patient_id, "read messages", lock=True)
        data = read(_read_form(patient_id, []))
        _mark_read(unit, patient_id, data["up_to"])
    return site.done(url_for("console.contact", patient_id=patient_id), "read")


@blueprint.post("/patients/<uuid:patient_id>/visits")
@doors.open_to(*CLINICIAN)
def plan_visit(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "plan visit", lock=True)
        data = read(_visit_form(patient_id, unit.session.get_one(Clinic, row.clinic_id).zone, ""))
        me = edge.identity().account_id
        values = {name: data[name] for name in ("at", "minutes", "mode")}
        visits.plan(unit.session, row, data["id"], **values, author_id=me, now=unit.now)
    return site.done(url_for("console.contact", patient_id=patient_id), "visit")


@blueprint.post("/patients/<uuid:patient_id>/visits/<uuid:visit_id>/move")
@doors.open_to(*CLINICIAN)
def move_visit(patient_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "change visit", lock=True)
        zone = unit.session.get_one(Clinic, row.clinic_id).zone
        data = read(_moving(patient_id, visit_id, zone, "", ""))
        visit = next((each for each in visits.listed(unit.session, row) if each.id == visit_id), None)
        if visit is not None and visit.at.isoformat() != data["was"]:
            raise conflict(t()("merge.visit"))
        visits.change(unit.session, row, visit_id, {"at": data["at"]}, unit.now)
    return site.done(url_for("console.contact", patient_id=patient_id), "visit_moved")


@blueprint.post("/patients/<uuid:patient_id>/visits/<uuid:visit_id>/<string:outcome>")
@doors.open_to(*CLINICIAN)
def end_visit(patient_id: UUID, visit_id: UUID, outcome: str) -> ResponseReturnValue:
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "change visit", lock=True)
        if outcome not in OUTCOMES:
            raise conflict(t()("contact.no_outcome"))
        visits.change(unit.session, row, visit_id, {"state": outcome}, unit.now)
    return site.done(url_for("console.contact", patient_id=patient_id), f"visit_{outcome}")


def _mark_read(unit: edge.Unit, patient_id: UUID, up_to: str | None) -> None:
    """What has come since the page was made is not read yet."""
    if up_to:
        try:
            at = datetime.fromisoformat(up_to)
        except ValueError:
            raise invalid("up_to", "date") from None
        until, me = at.replace(tzinfo=at.tzinfo or UTC), edge.identity().account_id
        messages.mark_all_read(unit.session, patient_id, until, unit.now, me)


def _newest(talk: list[Message]) -> Field:
    return Field("up_to", "hidden", required=False, most=40, value=talk[0].sent_at.isoformat() if talk else "")


def _message_form(patient_id: UUID, talk: list[Message]) -> Form:
    text = Field("text", "area", t()("contact.text"), most=messages.LONGEST, hint=t()("contact.text_hint"))
    where = url_for("console.write", patient_id=patient_id)
    return Form(where, t()("contact.send"), (new_id(), text, _newest(talk)))


def _read_form(patient_id: UUID, talk: list[Message]) -> Form:
    where = url_for("console.mark_read", patient_id=patient_id)
    return Form(where, t()("contact.mark_read"), (_newest(talk),), "quiet")


def _visit_form(patient_id: UUID, zone: str, start: str) -> Form:
    modes = choices((mode, t()(f"modes.{mode}")) for mode in VISIT_MODES)
    fields = (
        new_id(),
        Field("at", "moment", t()("contact.at"), value=start, zone=zone, hint=t()("contact.zone", zone=zone)),
        Field("minutes", "number", t()("contact.minutes"), least=5, most=240, value="30"),
        Field("mode", "choice", t()("contact.mode"), choices=modes, value="clinic"),
    )
    return Form(url_for("console.plan_visit", patient_id=patient_id), t()("contact.plan"), fields)


def _move_form(patient_id: UUID, visit: visits.Shown, zone: str) -> Form:
    return _moving(patient_id, visit.id, zone, f"{visit.clinic_time:%Y-%m-%dT%H:%M}", visit.at.isoformat())


def _moving(patient_id: UUID, visit_id: UUID, zone: str, at: str, was: str) -> Form:
    fields = (Field("at", "moment", t()("contact.new_time"), value=at, zone=zone), Field("was", "hidden", value=was))
    where = url_for("console.move_visit", patient_id=patient_id, visit_id=visit_id)
    return Form(where, t()("contact.move"), fields, "quiet")


def _outcome_form(patient_id: UUID, visit_id: UUID, outcome: str) -> Form:
    where = url_for("console.end_visit", patient_id=patient_id, visit_id=visit_id, outcome=outcome)
    return Form(where, t()(f"contact.{outcome}"), tone="quiet")

"""The clinic itself: who is told of alerts, who works here, whom we have invited, whose patients are whose."""

from typing import Any
from uuid import UUID

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coach.api import edge
from coach.api.auth import ADMINISTRATOR, CLINICIAN, STAFF
from coach.clock import real_now
from coach.console import doors, site
from coach.console.forms import Field, Form, choices, read
from coach.console.site import blueprint, t
from coach.models.people import Account, Patient
from coach.services import access, audit, duty, invitations, relationships, staff
from coach.services.invitations import DAYS, DAYS_MOST, JOIN_PATH
from coach.services.problems import invalid, not_found

PEOPLE_EACH, LINES_EACH = 50, 50
OFFSET_MOST = 100_000


@blueprint.get("/duty")
@doors.open_to(*STAFF)
def duty_page() -> str:
    with edge.unit() as unit:
        named = duty.read(unit.session, edge.identity())
        waiting = duty.waiting(unit.session, edge.identity(), edge.parts().catalog)
        form = _duty_form(staff.members(unit.session, edge.identity()), named)
        return site.page(unit, "duty.html", named=named, left=waiting, form=form)


@blueprint.post("/duty")
@doors.open_to(*STAFF)
def change_duty() -> ResponseReturnValue:
    with edge.unit() as unit:
        named = duty.read(unit.session, edge.identity())
        data = read(_duty_form(staff.members(unit.session, edge.identity()), named))
        chosen = {name: UUID(data[name]) if data.get(name) else None for name in ("on_duty", "deputy")}
        administrator = named.administrator.id if named.administrator else None
        if "administrator" in data:
            administrator = UUID(data["administrator"]) if data["administrator"] else None
        assert chosen["on_duty"] is not None  # the form asks for it
        duty.change(
            unit.session,
            edge.identity(),
            on_duty=chosen["on_duty"],
            deputy=chosen["deputy"],
            administrator=administrator,
            now=unit.now,
        )
    edge.parts().waker.wake("notices")
    return site.done(url_for("console.duty_page"), "duty")


@blueprint.get("/staff")
@doors.open_to(*STAFF)
def staff_page() -> str:
    with edge.unit() as unit:
        members = staff.members(unit.session, edge.identity())
        rows = [(each, *_member_forms(each, members)) for each in members]
        return site.page(unit, "staff.html", rows=rows)


@blueprint.post("/staff/<uuid:account_id>/reset-second-factor")
@doors.open_to(*ADMINISTRATOR)
def reset_second_factor(account_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        staff.reset_two_factor(unit.session, edge.identity(), account_id, real_now())
    return site.done(url_for("console.staff_page"), "second_factor_reset")


@blueprint.post("/staff/<uuid:account_id>/hand-over")
@doors.open_to(*STAFF)
def hand_over_all(account_id: UUID) -> ResponseReturnValue:
    me = edge.identity()
    with edge.unit() as unit:
        leaver = access.colleague(unit.session, me, account_id, roles=CLINICIAN)
        if leaver is None or (me.role != "administrator" and leaver.id != me.account_id):
            raise not_found()
        members = staff.members(unit.session, me)
        data = read(_hand_over_all_form(account_id, members))
        relationships.hand_over_all(
            unit.session, leaver.id, UUID(data["to"]), by=me.account_id, now=unit.now, request_id=edge.request_id()
        )
    return site.done(url_for("console.staff_page"), "handed_over_all")


@blueprint.get("/invitations")
@doors.open_to(*STAFF)
def invitation_list() -> str:
    with edge.unit() as unit:
        return _invitations(unit, None)


@blueprint.post("/invitations")
@doors.open_to(*STAFF)
def invite() -> ResponseReturnValue:
    """The answer shows code and picture, which are not to be had again: so it is a page, and not sent onward."""
    with edge.unit() as unit:
        role = request.form.get("role", "patient")
        forms = {each.fields[0].value: each for each in _invite_forms(unit)}
        if role not in forms:
            raise invalid("role", "choice")
        data = read(forms[role])
        data["role"] = data["role"] if role == "patient" else data.pop("as")
        clinician = data.pop("clinician", None)
        made = invitations.make(
            unit.session,
            edge.identity(),
            role=data["role"],
            clinician_id=UUID(clinician) if clinician else None,
            email=data.get("email"),
            name=data.get("name"),
            days=data["days"],
            now=unit.now,
        )
        unit.session.flush()
        return _invitations(unit, made)


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
@doors.open_to(*STAFF)
def revoke_invitation(invitation_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        invitations.revoke(unit.session, edge.identity(), invitation_id, unit.now)
    return site.done(url_for("console.invitation_list"), "invitation_revoked")


@blueprint.get("/people")
@doors.open_to(*ADMINISTRATOR)
def people() -> str:
    """The clinic's patients by name and who looks after them; nothing of how they are."""
    offset = min(max(request.args.get("offset", 0, type=int), 0), OFFSET_MOST)
    with edge.unit() as unit:
        mine = access.member(unit.session, edge.identity()).clinic_id
        found = relationships.people(unit.session, mine, unit.now, offset=offset, most=PEOPLE_EACH + 1)
        ids = [each.id for each in found[:PEOPLE_EACH]]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
        more = offset + PEOPLE_EACH if len(found) > PEOPLE_EACH else None
        return site.page(unit, "people.html", people=found[:PEOPLE_EACH], more=more, offset=offset)


@blueprint.get("/patients/<uuid:patient_id>/care")
@doors.open_to(*STAFF)
def care_page(patient_id: UUID) -> str:
    """Who looks after a patient and who did; for an administrator also who has looked at the record."""
    before = request.args.get("before", type=int)
    with edge.unit() as unit:
        patient = _arranged(unit, patient_id, "read care")
        carers = relationships.of_patient(unit.session, patient.id, unit.now, past=True)
        members = staff.members(unit.session, edge.identity())
        lines = []
        if edge.identity().role in ADMINISTRATOR:
            lines = audit.of_patient(unit.session, patient.id, before=before, most=LINES_EACH)
        live = [each for each in carers if each.until is None or each.until > unit.now]
        return site.page(
            unit,
            "care.html",
            name=unit.session.get_one(Account, patient.id).name,
            patient=patient,
            live=[(each, _end_form(patient_id, each.id)) for each in live],
            past=[each for each in carers if each not in live],
            start_form=_start_form(patient_id, members),
            hand_over_form=_hand_over_form(patient_id, members, live),
            lines=lines,
            older=lines[-1].id if len(lines) == LINES_EACH else None,
        )


@blueprint.post("/patients/<uuid:patient_id>/care")
@doors.open_to(*STAFF)
def start_care(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        patient = _arranged(unit, patient_id, "start care")
        data = read(_start_form(patient_id, staff.members(unit.session, edge.identity())))
        relationships.start(unit.session, patient.id, UUID(data["clinician"]), unit.now)
    return site.done(url_for("console.care_page", patient_id=patient_id), "care_started")


@blueprint.post("/patients/<uuid:patient_id>/care/<uuid:clinician_id>/end")
@doors.open_to(*STAFF)
def end_care(patient_id: UUID, clinician_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        patient = _arranged(unit, patient_id, "end care")
        relationships.end(unit.session, patient, clinician_id, unit.now)
    return _away(patient_id, clinician_id, "care_ended")


@blueprint.post("/patients/<uuid:patient_id>/hand-over")
@doors.open_to(*STAFF)
def hand_over(patient_id: UUID) -> ResponseReturnValue:
    me = edge.identity()
    with edge.unit() as unit:
        patient = _arranged(unit, patient_id, "hand over")
        carers = relationships.of_patient(unit.session, patient.id, unit.now)
        data = read(_hand_over_form(patient_id, staff.members(unit.session, me), carers))
        leaver = UUID(data["leaver"]) if data.get("leaver") else me.account_id
        if me.role != "administrator" and leaver != me.account_id:
            raise not_found()
        relationships.hand_over(unit.session, patient, leaver, UUID(data["to"]), unit.now)
    return _away(patient_id, leaver, "handed_over")


def _arranged(unit: edge.Unit, patient_id: UUID, action: str) -> Patient:
    return access.patient_to_arrange(
        unit.session, edge.identity(), patient_id, action=action, now=unit.now, request_id=edge.request_id()
    )


def _away(patient_id: UUID, leaver: UUID, what: str) -> ResponseReturnValue:
    """Who has given a patient away may not see them any more."""
    mine = leaver == edge.identity().account_id
    if mine and edge.identity().role in CLINICIAN:
        return site.done(url_for("console.caseload"), what)
    return site.done(url_for("console.care_page", patient_id=patient_id), what)


def _invitations(unit: edge.Unit, made: invitations.Made | None) -> str:
    found = invitations.listed(unit.session, edge.identity(), unit.now)
    rows = [(each, invitations.state(each, unit.now), _revoke_form(each.id)) for each in found]
    picture = url = None
    if made is not None and made.role == "patient":
        url = edge.parts().config.public_url.rstrip("/") + JOIN_PATH + made.code
        picture = Markup(segno.make(url, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff"))
    elif made is not None:
        url = edge.parts().config.public_url.rstrip("/") + url_for("console.join_form")
    return site.page(
        unit, "invitations.html", forms=_invite_forms(unit), rows=rows, made=made, url=url, picture=picture
    )


def _invite_forms(unit: edge.Unit) -> list[Form]:
    """The first field of each says for whom it is."""
    members = staff.members(unit.session, edge.identity())
    days = Field("days", "number", t()("invitations.days"), least=1, most=DAYS_MOST, value=str(DAYS))
    clinicians = _clinicians(members)
    me = str(edge.identity().account_id)
    mine = me if edge.identity().role in CLINICIAN else ""
    where = url_for("console.invite")
    carer = Field("clinician", "choice", t()("invitations.clinician"), required=False, choices=clinicians, value=mine)
    patient = Field("role", "hidden", value="patient")
    forms = [Form(where, t()("invitations.invite_patient"), (patient, carer, days))]
    if edge.identity().role in ADMINISTRATOR:
        roles = choices((role, t()(f"roles.{role}")) for role in STAFF)
        fields = (
            Field("role", "hidden", value="staff"),
            Field("as", "choice", t()("invitations.role"), choices=roles),
            Field("name", "text", t()("invitations.name"), most=80),
            Field("email", "email", t()("invitations.email"), least=3, most=254),
            days,
        )
        forms.append(Form(where, t()("invitations.invite_staff"), fields))
    return forms


def _duty_form(members: list[staff.Member], named: duty.Duty) -> Form:
    clinicians = _clinicians(members)

    def field(name: str, options: Any, required: bool) -> Field:
        now = getattr(named, name)
        return Field(name, "choice", t()(f"steps.{name}"), required=required, choices=options,
                     value=str(now.id) if now else "")  # fmt: skip

    fields = [field("on_duty", clinicians, True), field("deputy", clinicians, False)]
    if edge.identity().role in ADMINISTRATOR:
        administrators = choices((each.id, each.name) for each in members if each.role in ADMINISTRATOR)
        fields.append(field("administrator", administrators, False))
    return Form(url_for("console.change_duty"), t()("duty.change"), tuple(fields))


def _member_forms(member: staff.Member, members: list[staff.Member]) -> tuple[Form | None, Form | None]:
    me = edge.identity()
    reset = hand = None
    if me.role in ADMINISTRATOR and member.two_factor:
        where = url_for("console.reset_second_factor", account_id=member.id)
        reset = Form(where, t()("staff.reset"), tone="quiet")
    if member.role in CLINICIAN and (me.role in ADMINISTRATOR or member.id == me.account_id):
        hand = _hand_over_all_form(member.id, members)
    return reset, hand


def _hand_over_all_form(account_id: UUID, members: list[staff.Member]) -> Form:
    others = _clinicians([each for each in members if each.id != account_id])
    to = Field("to", "choice", t()("care.to"), choices=others)
    where = url_for("console.hand_over_all", account_id=account_id)
    return Form(where, t()("staff.hand_over_all"), (to,), "grave")


def _start_form(patient_id: UUID, members: list[staff.Member]) -> Form:
    who = Field("clinician", "choice", t()("care.clinician"), choices=_clinicians(members))
    return Form(url_for("console.start_care", patient_id=patient_id), t()("care.start"), (who,))


def _hand_over_form(patient_id: UUID, members: list[staff.Member], live: list[relationships.Carer]) -> Form:
    fields = [Field("to", "choice", t()("care.to"), choices=_clinicians(members))]
    if edge.identity().role in ADMINISTRATOR:
        carers = choices((each.id, each.name) for each in live)
        fields.insert(0, Field("leaver", "choice", t()("care.from"), choices=carers))
    return Form(url_for("console.hand_over", patient_id=patient_id), t()("care.hand_over"), tuple(fields))


def _end_form(patient_id: UUID, clinician_id: UUID) -> Form:
    where = url_for("console.end_care", patient_id=patient_id, clinician_id=clinician_id)
    return Form(where, t()("care.end"), tone="quiet")


def _revoke_form(invitation_id: UUID) -> Form:
    where = url_for("console.revoke_invitation", invitation_id=invitation_id)
    return Form(where, t()("invitations.revoke"), tone="quiet")


def _clinicians(members: list[staff.Member]) -> Any:
    return choices((each.id, each.name) for each in members if each.role in CLINICIAN)

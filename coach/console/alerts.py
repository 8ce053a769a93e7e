"""What needs a human now: the list, one alert with all that is known of it, and the three things one can do."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, site
from coach.console.forms import Field, Form, choices, read
from coach.console.site import blueprint, t
from coach.models.care import Alert
from coach.models.people import Account, Patient
from coach.services import access, alerts, care, safety, watch
from coach.services.messages import LONGEST
from programs import triage
from programs.triage import OPEN

NOTE_SHORTEST, NOTE_LONGEST = 3, LONGEST
CALL = "PHYSIO_CALL"  # the referral that E6 raises


@blueprint.get("/alerts")
@doors.open_to(*CLINICIAN)
def alert_list() -> str:
    closed = request.args.get("show") == "closed"
    with edge.unit() as unit:
        found = watch.listed(unit.session, edge.identity(), now=unit.now, closed=closed)
        ids = [each.alert.patient_id for each in found]
        access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
        return site.page(unit, "alerts.html", alerts=found, closed=closed, title_of=title, today=_today(unit))


@blueprint.get("/alerts/<uuid:alert_id>")
@doors.open_to(*CLINICIAN)
def alert(alert_id: UUID) -> str:
    with edge.unit() as unit:
        found, patient = _alert(unit, alert_id, "read alert")
        return _page(unit, found, patient)


@blueprint.post("/alerts/<uuid:alert_id>/acknowledge")
@doors.open_to(*CLINICIAN)
def acknowledge(alert_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        found, patient = _alert(unit, alert_id, "acknowledge alert", lock=True)
        alerts.acknowledge(unit.session, found, edge.identity().account_id, unit.now)
        patient.revision += 1
    return site.done(url_for("console.alert", alert_id=alert_id), "seen")


@blueprint.post("/alerts/<uuid:alert_id>/release")
@doors.open_to(*CLINICIAN)
def release(alert_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        found, patient = _alert(unit, alert_id, "release flag", lock=True)
        data = read(_release_form(alert_id))
        care.release(unit.session, patient, found, **data, **_by(unit))
    edge.parts().waker.wake("adapt")
    return site.done(url_for("console.alert", alert_id=alert_id), "released")


@blueprint.post("/alerts/<uuid:alert_id>/resolve")
@doors.open_to(*CLINICIAN)
def resolve(alert_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        found, patient = _alert(unit, alert_id, "resolve alert", lock=True)
        data = read(_resolve_form(alert_id, call=found.subject == CALL))
        refer = data["refer"] == "yes" if data.get("refer") else None
        care.settle(unit.session, patient, found, note=data["note"], refer=refer, **_by(unit))
    edge.parts().waker.wake("adapt")
    return site.done(url_for("console.alert", alert_id=alert_id), "resolved")


def _by(unit: edge.Unit) -> dict[str, Any]:
    return {"author": edge.identity(), "now": unit.now, "catalog": edge.parts().catalog}


def title(alert_: Alert) -> str:
    """What it is about, in a few words."""
    words = t()
    match alert_.kind:
        case "red_flag" | "no_program":
            return words.either(f"flags.{alert_.subject}", alert_.subject)
        case "referral":
            return words.either(f"referrals.{alert_.subject}", alert_.subject)
        case _:
            return words(f"alert_kinds.{alert_.kind}.title")


def _page(unit: edge.Unit, found: Alert, patient: Patient) -> str:
    account = unit.session.get_one(Account, patient.id)
    way = watch.way(unit.session, found, edge.parts().catalog)
    forms = []
    if found.resolved_at is None:
        if found.seen_at is None:
            forms.append(_acknowledge_form(found.id))
        if found.kind == "red_flag":
            forms.append(_release_form(found.id))
        else:
            forms.append(_resolve_form(found.id, call=found.subject == CALL))
    return site.page(
        unit,
        "alert.html",
        alert=found,
        title=title(found),
        name=account.name,
        patient=patient,
        way=way,
        forms=forms,
        asked=_asked(found),
        advice=_advice(found),
        closed=patient.lock not in OPEN,
        others=[each for each in safety.locks(patient) if each.flag != found.subject],
        today=_today(unit),
    )


def _alert(unit: edge.Unit, alert_id: UUID, action: str, *, lock: bool = False) -> tuple[Alert, Patient]:
    found = alerts.find(unit.session, alert_id)
    patient = edge.in_care(unit, found.patient_id, action, lock=lock)
    unit.session.refresh(found)  # somebody else may have had the lock
    return found, patient


def _asked(found: Alert) -> str | None:
    """The very question that was answered with yes."""
    words = edge.parts().catalog.in_language(site.language())
    key = f"red_flags.{found.subject}.question"
    return words.word(key) if found.kind == "red_flag" and key in words.texts else None


def _advice(found: Alert) -> dict[str, str]:
    """What the person has been told to do meanwhile."""
    words = edge.parts().catalog.in_language(site.language())
    if found.level not in triage.LEVELS or found.kind not in ("red_flag", "no_program"):
        return {}
    key = found.subject if f"levels.{found.subject}.now" in words.texts else found.level
    return {"title": words.word(f"levels.{key}.title"), "now": words.word(f"levels.{key}.now")}


def _today(unit: edge.Unit) -> Any:
    return unit.now.date()


def _acknowledge_form(alert_id: UUID) -> Form:
    return Form(url_for("console.acknowledge", alert_id=alert_id), t()("alert.acknowledge"), tone="quiet")


def _release_form(alert_id: UUID) -> Form:
    note = Field("note", "area", t()("alert.release_note"), least=NOTE_SHORTEST, most=NOTE_LONGEST,
                 hint=t()("alert.release_hint"))  # fmt: skip
    return Form(url_for("console.release", alert_id=alert_id), t()("alert.release"), (note,), "grave")


def _resolve_form(alert_id: UUID, *, call: bool = False) -> Form:
    """`call`: a call after little training, which may have to end in a yes or no on a specialist (E6)."""
    note = Field("note", "area", t()("alert.resolve_note"), least=NOTE_SHORTEST, most=NOTE_LONGEST,
                 hint=t()("alert.resolve_hint"))  # fmt: skip
    where, button = url_for("console.resolve", alert_id=alert_id), t()("alert.resolve")
    if not call:
        return Form(where, button, (note,))
    answers = choices((each, t()(f"refer.{each}")) for each in ("yes", "no"))
    refer = Field("refer", "choice", t()("refer.title"), required=False, choices=answers, hint=t()("refer.hint"))
    return Form(where, button, (note, refer))

"""The plan with its reasons, and what a clinician may do to it: assign, set bounds, close the exercises."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, merging, patient, site
from coach.console.forms import Choices, Field, Form, choices, read
from coach.console.patient import Head
from coach.console.site import blueprint, t
from coach.services import assigning, care, episodes, explained, plans
from coach.services.problems import Problem, invalid, not_found
from programs import events
from programs.plan import Plan
from programs.rules.overrides import BIASES, PROGRESSIONS
from programs.triage import OPEN
from programs.words import Words

NUMBERS = ("level_cap", "sessions_week", "minutes", "peak_accepted", "steps_raise_pct", "recheck_every_days",
           "review_delay_days")  # fmt: skip
KINDS = ("progression", "direction", "include", *NUMBERS, "disable_rule")
RULES = ("A1", "A2", "A3", "A4", "T1", "T2")  # what alone may be switched off
CLOSES = ("URGENT", "SOON_HOLD", "EMERGENCY")
REASON_LONGEST = 500
PAUSE_FARTHEST = 365  # days
NOTE_LONGEST = 2000


@dataclass(frozen=True)
class Choice:
    """One programme on the page of assigning, with whether the rules would choose it."""

    id: str
    name: str
    summary: str
    fits: bool | None


@blueprint.get("/patients/<uuid:patient_id>/plan")
@doors.open_to(*CLINICIAN)
def plan(patient_id: UUID) -> str:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "read plan")
        return patient.page(
            unit,
            "plan.html",
            top,
            "plan",
            shown=_shown(top, top.plan),
            closed=top.patient.lock not in OPEN,
            exceptions=_exceptions(top),
            waiting=top.plan.waiting if top.plan else (),
            lock_form=_lock_form(top),
            close_form=_close_form(top) if top.plan else None,
            pause_form=_pause_form(top, plans.today(top.patient, unit.now)),
            resume_form=_resume_form(top) if _paused(top) else None,
        )


@blueprint.get("/patients/<uuid:patient_id>/assign")
@doors.open_to(*CLINICIAN)
def assign_page(patient_id: UUID) -> str:
    """All programmes; with one chosen, what this patient would get, and why, before anything is changed."""
    chosen = request.args.get("program")
    extra = request.args.getlist("exercises")[:20]
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "preview", lock=True)
        if (chosen and chosen not in catalog.programs) or not set(extra) <= set(catalog.exercises):
            raise not_found()
        body = events.Assigned(program=chosen) if chosen else events.Assigned(exercises=tuple(extra))
        shown = None
        if (chosen or extra) and top.plan is not None:
            with assigning.nothing_stored(unit.session):
                shown = _shown(top, _act(unit, top, "assigned", body))
        return patient.page(
            unit,
            "assign.html",
            top,
            "plan",
            programs=_programs(top.plan),
            exercises=_exercises(),
            chosen=chosen,
            extra=extra,
            shown=shown,
            form=_assign_form(top, chosen, extra),
        )


@blueprint.post("/patients/<uuid:patient_id>/assign")
@doors.open_to(*CLINICIAN)
def assign(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "assigned", lock=True)
        program = request.form.get("program") or None
        exercises = tuple(request.form.getlist("exercises"))
        read(_assign_form(top, program, exercises))
        merging.check(unit, top.patient)
        body = events.Assigned(program=program) if program else events.Assigned(exercises=exercises)
        _act(unit, top, "assigned", body)
    return site.done(url_for("console.plan", patient_id=patient_id), "assigned")


@blueprint.get("/patients/<uuid:patient_id>/exception")
@doors.open_to(*CLINICIAN)
def exception_page(patient_id: UUID) -> str:
    kind = request.args.get("kind", KINDS[0])
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "read plan")
        if kind not in KINDS:
            raise not_found()
        return _exception(unit, top, kind, _override_form(top, kind), None)


@blueprint.post("/patients/<uuid:patient_id>/exception/<string:kind>")
@doors.open_to(*CLINICIAN)
def override(patient_id: UUID, kind: str) -> ResponseReturnValue:
    """A refusal stays in the log like any other act; the page says which rule refused it and what is possible."""
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "override", lock=True)
        if kind not in KINDS:
            raise not_found()
        form = _override_form(top, kind)
        data = read(form)
        merging.check(unit, top.patient)
        value = int(data["value"]) if kind in NUMBERS else data["value"]
        body = events.Override(kind, value, data["reason"], data["until"])  # type: ignore[arg-type]
        made = _act(unit, top, "override", body)
        verdict = made.verdicts[-1]
        if not verdict.accepted:
            again = form.filled(request.form)
            page = _exception(unit, patient.head(unit, patient_id, "override"), kind, again, verdict.reason)
    if not verdict.accepted:
        return page, 422
    return site.done(url_for("console.plan", patient_id=patient_id), "override")


@blueprint.post("/patients/<uuid:patient_id>/lock")
@doors.open_to(*CLINICIAN)
def lock(patient_id: UUID) -> ResponseReturnValue:
    """Closes the exercises at once; only a release opens them again."""
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "locked", lock=True)
        data = read(_lock_form(top))
        if top.plan is None:
            raise Problem("conflict", 409, t()("plan.no_intake"))
        _act(unit, top, "locked", events.Locked(level=data["level"], reason=data["reason"]))
    edge.parts().waker.wake("notices")
    return site.done(url_for("console.plan", patient_id=patient_id), "locked")


@blueprint.post("/patients/<uuid:patient_id>/exception/<string:kind>/end")
@doors.open_to(*CLINICIAN)
def withdraw(patient_id: UUID, kind: str) -> ResponseReturnValue:
    """Ends an exception before its time."""
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "end override", lock=True)
        data = read(_withdraw_form(top, kind, ""))
        merging.check(unit, top.patient)
        live = top.plan.overrides if top.plan else ()
        row = next((row for row in live if (row.field, str(row.value)) == (kind, data["value"])), None)
        if row is None:
            raise not_found()
        _act(unit, top, "withdrawn", events.Withdrawn(row.field, row.value))  # type: ignore[arg-type]
    return site.done(url_for("console.plan", patient_id=patient_id), "withdrawn")


@blueprint.post("/patients/<uuid:patient_id>/pause")
@doors.open_to(*CLINICIAN)
def pause(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "pause", lock=True)
        today = plans.today(top.patient, unit.now)
        data = read(_pause_form(top, today))
        merging.check(unit, top.patient)
        del data["seq"]
        if not today <= data["last"] <= today + timedelta(days=PAUSE_FARTHEST):
            raise invalid("last", "range")
        if not 0 <= (data["last"] - data["first"]).days <= PAUSE_FARTHEST:
            raise invalid("first", "range")
        _act(unit, top, "away", events.Away(**data))
    return site.done(url_for("console.plan", patient_id=patient_id), "paused")


@blueprint.post("/patients/<uuid:patient_id>/resume")
@doors.open_to(*CLINICIAN)
def resume(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "end pause", lock=True)
        read(_resume_form(top))
        _act(unit, top, "resumed", events.Resumed())
    return site.done(url_for("console.plan", patient_id=patient_id), "resumed")


@blueprint.post("/patients/<uuid:patient_id>/close")
@doors.open_to(*CLINICIAN)
def close_episode(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "close care", lock=True)
        data = read(_close_form(top))
        merging.check(unit, top.patient)
        by = {"author": edge.identity(), "now": unit.now, "catalog": edge.parts().catalog}
        episodes.close(unit.session, top.patient, data["care"], data["note"], **by)  # type: ignore[arg-type]
    return site.done(url_for("console.plan", patient_id=patient_id), "episode")


def _act(unit: edge.Unit, top: Head, kind: str, body: events.Body) -> Plan:
    catalog = edge.parts().catalog
    return care.act(unit.session, top.patient, kind, body, author=edge.identity(), now=unit.now, catalog=catalog)


def _shown(top: Head, what: Plan | None) -> dict[str, Any]:
    catalog = edge.parts().catalog
    found = explained.plan(top.patient, what, catalog, reader="clinician", locale=site.language())
    clinical = _clinical()
    for item in found["items"]:
        item["dose"] = clinical.word(f"doses.{item['unit']}", sets=item["sets"], amount=item["amount"])
    return found


def _clinical() -> Words:
    return edge.parts().catalog.in_language(site.language())


def _exceptions(top: Head) -> list[dict[str, Any]]:
    """What clinicians have set and what still holds."""
    rows = top.plan.overrides if top.plan else ()
    return [
        {
            "what": t()(f"overrides.{row.field}"),
            "row": row,
            "value": site.teller().setting(row.field, row.value),
            "form": _withdraw_form(top, row.field, str(row.value)),
        }
        for row in rows
    ]


def _programs(current: Plan | None) -> list[Choice]:
    fits = {each.program: each.fits for each in current.reasons} if current else {}
    words = _clinical()
    return [
        Choice(each, words.word(f"programs.{each}.name"), words.word(f"programs.{each}.summary"), fits.get(each))
        for each in edge.parts().catalog.programs
    ]


def _exercises() -> Choices:
    words = _clinical()
    named = choices((each, words.word(f"exercises.{each}.name")) for each in edge.parts().catalog.exercises)
    return tuple(sorted(named, key=lambda pair: pair[1]))


def _assign_form(top: Head, program: str | None, exercises: Any) -> Form:
    programs = choices((each, each) for each in edge.parts().catalog.programs)
    fields = [merging.field(top)]
    if program:
        fields.append(Field("program", "choice", t()("assign.program"), choices=_named(programs), value=program))
    else:
        what = Field("exercises", "many", t()("assign.exercises"), choices=_exercises(), value=tuple(exercises))
        fields.append(what)
    return Form(url_for("console.assign", patient_id=top.patient.id), t()("assign.confirm"), tuple(fields))


def _named(programs: Choices) -> Choices:
    words = _clinical()
    return choices((each, words.word(f"programs.{each}.name")) for each, _ in programs)


def _override_form(top: Head, kind: str) -> Form:
    numbers = edge.parts().catalog.constants.overrides
    label = t()(f"overrides.{kind}")
    if kind in NUMBERS:
        bounds = getattr(numbers, kind)
        hint = t()("exception.bounds", low=bounds.low, high=bounds.high)
        value = Field("value", "number", label, least=0, most=100_000, hint=hint)
    else:
        value = Field("value", "choice", label, choices=_values(kind))
    needed = kind == "include"
    last = (top.plan.day if top.plan else top.patient.created_at.date()) + timedelta(days=numbers.days_max)
    fields = (
        merging.field(top),
        value,
        Field("reason", "area", t()("exception.reason"), required=False, most=REASON_LONGEST,
              hint=t()("exception.reason_hint")),
        Field("until", "date", t()("exception.until"), required=False,
              hint=t()("exception.until_needed", day=t().day(last)) if needed else t()("exception.until_hint")),
    )  # fmt: skip
    return Form(url_for("console.override", patient_id=top.patient.id, kind=kind), t()("exception.set"), fields)


def _values(kind: str) -> Choices:
    spoken = t()
    match kind:
        case "progression":
            return choices((each, spoken(f"progressions.{each}")) for each in PROGRESSIONS)
        case "direction":
            return choices((each, spoken(f"directions.{each}")) for each in BIASES)
        case "disable_rule":
            words = _clinical()
            return choices((each, words.word(f"rules.{each}.title")) for each in RULES)
    return _exercises()


def _exception(unit: edge.Unit, top: Head, kind: str, form: Form, refused: str | None) -> str:
    words = _clinical()
    rule = {"title": words.word("rules.O.title"), "text": words.word("rules.O.text")}
    return patient.page(unit, "exception.html", top, "plan", kind=kind, kinds=KINDS, form=form, refused=refused,
                        rule=rule)  # fmt: skip


def _paused(top: Head) -> bool:
    return top.plan is not None and any(each.last >= top.plan.day for each in top.plan.pauses)


def _withdraw_form(top: Head, kind: str, value: str) -> Form:
    fields = (merging.field(top), Field("value", "hidden", most=60, value=value))
    where = url_for("console.withdraw", patient_id=top.patient.id, kind=kind)
    return Form(where, t()("plan.withdraw"), fields, "quiet")


def _pause_form(top: Head, today: date) -> Form:
    spoken = t()
    fields = (
        merging.field(top),
        Field("first", "date", spoken("pause.first"), value=today.isoformat()),
        Field("last", "date", spoken("pause.last")),
        Field("cause", "choice", spoken("pause.cause"), value="away",
              choices=choices((each, spoken(f"causes.{each}")) for each in ("away", "ill", "busy"))),
        Field("wanted", "choice", spoken("pause.wanted"), value="off",
              choices=choices((each, spoken(f"wanted.{each}")) for each in ("off", "short", "walk"))),
    )  # fmt: skip
    return Form(url_for("console.pause", patient_id=top.patient.id), spoken("pause.set"), fields, "quiet")


def _close_form(top: Head) -> Form:
    ways = choices((each, t()(f"episode.{each}")) for each in ("self_care", "closed"))
    fields = (
        merging.field(top),
        Field("care", "choice", t()("episode.care"), choices=ways, value="self_care"),
        Field("note", "area", t()("episode.note"), least=3, most=NOTE_LONGEST),
    )
    return Form(url_for("console.close_episode", patient_id=top.patient.id), t()("episode.close"), fields, "grave")


def _resume_form(top: Head) -> Form:
    return Form(url_for("console.resume", patient_id=top.patient.id), t()("pause.end"), tone="quiet")


def _lock_form(top: Head) -> Form:
    levels = choices((level, t()(f"locks.{level}")) for level in CLOSES)
    level = Field("level", "choice", t()("plan.lock_level"), choices=levels, value=CLOSES[0])
    reason = Field("reason", "area", t()("exception.reason"), required=False, most=REASON_LONGEST)
    where = url_for("console.lock", patient_id=top.patient.id)
    return Form(where, t()("plan.lock"), (level, reason), "grave")

"""One patient: the head with lock and next step over every page of theirs, and the pages that are read."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from markupsafe import Markup

from coach import charts
from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.charts import Chart, Series
from coach.console import alerts as alert_pages
from coach.console import doors, site, telling
from coach.console.site import blueprint, t
from coach.models.care import Alert
from coach.models.people import Account, Patient
from coach.services import alerts, diary, explained, messages, plans, progress, relationships, safety, stored
from coach.services import visits as visit_times
from coach.services.progress import Progress
from programs import triage, visits
from programs.plan import Plan

WEEKS = (6, 12, 26, 52)
LINES = 60  # entries on one page of the timeline
DECISIONS = 200


@dataclass(frozen=True)
class Step:
    """What to do next for this person, and where."""

    text: str
    url: str | None
    grave: bool = False


@dataclass(frozen=True)
class Head:
    """What stands over every page of one patient."""

    patient: Patient
    account: Account
    plan: Plan | None
    open: list[Alert]
    step: Step
    program: str | None
    conditions: list[str]
    carers: list[str]
    seq: int  # of the last event when the page was made


def head(unit: edge.Unit, patient_id: UUID, action: str, *, lock: bool = False) -> Head:
    """Opens the record and reads what every page of it shows. Raises Problem 404 for anyone else's patient."""
    patient = edge.in_care(unit, patient_id, action, lock=lock)
    known = stored.read(unit.session, patient_id, unit.now, edge.parts().catalog)
    plan = plans.current(unit.session, known, unit.now, edge.parts().catalog)
    standing = alerts.standing(unit.session, patient_id)
    clinical = edge.parts().catalog.in_language(site.language())
    program = clinical.word(f"programs.{plan.program}.name") if plan and plan.program else None
    return Head(
        patient=patient,
        account=unit.session.get_one(Account, patient_id),
        plan=plan,
        open=standing,
        step=_next_step(unit, patient, plan, standing),
        program=program,
        conditions=[t().either(f"conditions.{each}", each) for each in sorted(plan.conditions)] if plan else [],
        carers=[each.name for each in relationships.of_patient(unit.session, patient_id, unit.now)],
        seq=patient.last_seq,
    )


def page(unit: edge.Unit, template: str, top: Head, tab: str, /, **values: Any) -> str:
    locks = safety.locks(top.patient)
    return site.page(unit, template, top=top, tab=tab, locks=locks, title_of=alert_pages.title, **values)


@blueprint.get("/patients/<uuid:patient_id>")
@doors.open_to(*CLINICIAN)
def patient(patient_id: UUID) -> str:
    weeks = next((each for each in WEEKS if str(each) == request.args.get("weeks")), 12)
    with edge.unit() as unit:
        top = head(unit, patient_id, "read progress")
        drawn, therapies = [], []
        if top.plan is not None:
            found = progress.read(unit.session, top.patient, top.plan, weeks, edge.parts().catalog)
            drawn = [figure(chart) for chart in _charts(found, top.plan)]
            therapies = [(day, site.teller().therapy(each.therapy), each) for day, each in found.therapies]
        return page(
            unit, "patient.html", top, "patient", figures=drawn, weeks=weeks, choices=WEEKS, therapies=therapies
        )


@blueprint.get("/patients/<uuid:patient_id>/timeline")
@doors.open_to(*CLINICIAN)
def timeline(patient_id: UUID) -> str:
    """Entries and decisions by day, the newest first, in words."""
    before = request.args.get("before", type=int)
    catalog, teller = edge.parts().catalog, site.teller()
    with edge.unit() as unit:
        top = head(unit, patient_id, "read timeline")
        rows = diary.listed(unit.session, patient_id, before=before, most=LINES)
        lines: dict[date, list[dict[str, Any]]] = {}
        for row in rows:
            if row.kind in telling.QUIET:
                continue
            text = teller.row(row.kind, row.body)
            lines.setdefault(row.local_day, []).append({"text": text, "author": row.author, "marks": row.marks})
        first = min(lines, default=None)
        made = explained.decisions(
            unit.session, top.patient, catalog, before=None, most=DECISIONS, reader="clinician",
            locale=site.language(),
        )["decisions"]  # fmt: skip
        decided: dict[date, list[dict[str, Any]]] = {}
        last = max(lines, default=None)
        for each in made:
            day = date.fromisoformat(each["day"])
            if (first is None or day >= first) and (before is None or (last is not None and day <= last)):
                decided.setdefault(day, []).append(each)
        days = [(day, lines.get(day, []), decided.get(day, [])) for day in sorted({*lines, *decided}, reverse=True)]
        older = rows[-1].seq if len(rows) == LINES else None
        return page(unit, "timeline.html", top, "timeline", days=days, older=older)


def _next_step(unit: edge.Unit, patient: Patient, plan: Plan | None, standing: list[Alert]) -> Step:
    spoken = t()
    if standing:
        return _of_alert(min(standing, key=_urgency))
    if plan is not None and plan.waiting:
        return Step(spoken.number("next.approve", len(plan.waiting)), url_for("console.approval_queue"))
    if count := messages.unread(unit.session, patient.id):
        return Step(spoken.number("next.read", count), url_for("console.contact", patient_id=patient.id))
    if plan is None:
        return Step(spoken("next.no_intake"), None)
    return _ahead(unit, patient, plan)


def _urgency(alert: Alert) -> tuple[bool, int, bool]:
    """Messages last, the gravest first, and of equals what nobody has seen."""
    level = triage.LEVELS.index(alert.level) if alert.level in triage.LEVELS else 0
    return alert.kind == "message", -level, alert.seen_at is not None


def _of_alert(alert: Alert) -> Step:
    spoken, where = t(), url_for("console.alert", alert_id=alert.id)
    what = alert_pages.title(alert)
    grave = alert.level in ("EMERGENCY", "URGENT")
    if alert.kind == "message":  # it closes by being read
        return Step(what, url_for("console.contact", patient_id=alert.patient_id))
    if alert.seen_at is None:
        return Step(spoken("next.see", what=what), where, grave)
    if alert.kind == "red_flag":
        return Step(spoken("next.release", what=what), where, grave)
    due = spoken("next.due", day=spoken.day(alert.due_day)) if alert.due_day else ""
    return Step(spoken("next.settle", what=what, due=due), where)


def _ahead(unit: edge.Unit, patient: Patient, plan: Plan) -> Step:
    """Nothing needs anybody: the next visit, planned or by the calendar."""
    spoken = t()
    ahead = visit_times.next_at(unit.session, patient.id, unit.now)
    if ahead is not None:
        where = url_for("console.contact", patient_id=patient.id)
        return Step(spoken("next.visit", day=spoken.day(ahead.date())), where)
    due = next((each for each in visits.calendar(plan, edge.parts().catalog) if each.closes >= plan.day), None)
    if due is None:
        return Step(spoken("next.nothing"), None)
    clinical = edge.parts().catalog.in_language(site.language())
    kind = clinical.word(f"modules.visit_kinds.{due.kind}")
    return Step(spoken("next.calendar", kind=kind, day=spoken.day(due.day)), None)


def figure(chart: Chart) -> dict[str, Any]:
    """A chart as a page shows it: drawn, and as a table."""
    spoken = t()

    def tick(day: date) -> str:
        return spoken("dates.short", day=day.day, month=spoken(f"months.m{day.month}"), number=day.month)

    return {
        "chart": chart,
        "svg": Markup(charts.draw(chart, tick)),  # escaped where it is drawn
        "rows": charts.table(chart),
        "empty": not any(series.points for series in chart.series),
    }


def _charts(found: Progress, plan: Plan) -> list[Chart]:
    spoken = t()
    marks = [(day, spoken("charts.flare")) for day in found.flares]
    span: dict[str, Any] = {"first": found.first, "last": found.last, "empty": spoken("charts.empty")}

    def chart(name: str, *series: Series, **more: Any) -> Chart:
        values = {"title": spoken(f"charts.{name}.title"), "unit": spoken(f"charts.{name}.unit")} | span | more
        return Chart(id=f"chart-{values.pop('key', name)}", series=series, **values)

    def named(key: str, points: progress.Points, **more: Any) -> Series:
        return Series(spoken(f"charts.{key}"), points, **more)

    made = [
        chart(
            "pain",
            named("back", found.back),
            named("leg", found.leg),
            named("worst", found.worst),
            low=0,
            high=10,
            marks=marks,
        ),
        chart("location", named("location.title", found.location, shape="stairs"), low=0, high=4),
        chart(
            "sessions",
            named("sessions.title", found.sessions, shape="bar"),
            low=0,
            high=max([7.0, *(value for _, value in found.sessions)]),
            aim=(float(found.planned), spoken("charts.planned")) if found.planned else None,
        ),
        chart("load", named("load.title", found.load, shape="stairs"), low=0),
        chart(
            "steps",
            named("steps.title", found.steps, shape="bar", days=1),
            low=0,
            aim=(float(found.step_goal), spoken("charts.goal")) if found.step_goal else None,
        ),
        chart("weight", named("weight.title", found.weight)),
    ]
    kept = [each for each in made[:3] if each.series[0].points or each is not made[1]]
    kept += [each for each in made[3:] if each.series[0].points]
    for asked in found.questionnaires:
        title = site.teller().questionnaire(asked.name)
        aim = None
        if asked.change is not None:
            first = asked.points[0][1]
            level = first - asked.change if asked.better == "low" else first + asked.change
            aim = (max(level, 0.0), spoken("charts.meaningful")) if level >= 0 else None
        series = Series(title, asked.points, gap=timedelta(days=366))
        unit_ = spoken(f"charts.better_{asked.better}")
        kept.append(chart("questionnaire", series, title=title, unit=unit_, low=0, aim=aim, key=asked.name))
    return kept

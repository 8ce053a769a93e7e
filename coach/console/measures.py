"""Stopping something for the whole clinic, recall and freeze; and the reports of harm that may call for it."""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN, STAFF
from coach.api.clinic_measures import spread
from coach.console import doors, patient, site
from coach.console.forms import Choices, Field, Form, choices, new_id, read
from coach.console.site import blueprint, t
from coach.models.people import Account
from coach.services import access, adverse, measures
from coach.services.problems import not_found

KINDS = ("recall", "freeze")


@blueprint.get("/measures")
@doors.open_to(*STAFF)
def measure_list() -> str:
    with edge.unit() as unit:
        found = measures.listed(unit.session, access.member(unit.session, edge.identity()).clinic_id)
        names = dict(_exercises())
        rows = [(each, names.get(each.exercise or ""), _end_form(each)) for each in found]
        return site.page(unit, "measures.html", rows=rows, forms=[_form(kind) for kind in KINDS])


@blueprint.post("/measures/<string:kind>")
@doors.open_to(*STAFF)
def start_measure(kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        raise not_found()
    data = read(_form(kind))
    me = edge.identity()
    with edge.unit() as unit:
        made = measures.start(
            unit.session,
            kind,
            clinic_id=access.member(unit.session, me).clinic_id,
            exercise=data.get("exercise"),
            reason=data["reason"],
            author_id=me.account_id,
            now=unit.now,
            catalog=edge.parts().catalog,
        )
    spread(made.id)
    return site.done(url_for("console.measure_list"), kind)


@blueprint.post("/measures/<uuid:measure_id>/end")
@doors.open_to(*STAFF)
def end_measure(measure_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        measures.end(unit.session, access.member(unit.session, edge.identity()).clinic_id, measure_id, unit.now)
    spread(measure_id)
    return site.done(url_for("console.measure_list"), "measure_ended")


@blueprint.get("/patients/<uuid:patient_id>/harm")
@doors.open_to(*CLINICIAN)
def harm(patient_id: UUID) -> str:
    """Reports of harm of one patient, and a form for one more."""
    with edge.unit() as unit:
        top = patient.head(unit, patient_id, "read harm")
        names = dict(_exercises())
        found = adverse.listed(unit.session, edge.identity(), unit.now, patient_id)
        rows = [
            (each, unit.session.get_one(Account, each.reported_by).name, names.get(each.exercise or ""))
            for each in found
        ]
        return patient.page(unit, "harm.html", top, "record", rows=rows, form=_harm_form(patient_id))


@blueprint.post("/patients/<uuid:patient_id>/harm")
@doors.open_to(*CLINICIAN)
def report_harm(patient_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "report harm", lock=True)
        data = read(_harm_form(patient_id))
        author = edge.identity().account_id
        adverse.report(
            unit.session, row, data.pop("id"), **data, author_id=author, now=unit.now, catalog=edge.parts().catalog
        )
    edge.parts().waker.wake("notices")
    return site.done(url_for("console.harm", patient_id=patient_id), "harm")


def _form(kind: str) -> Form:
    reason = Field("reason", "area", t()("measures.reason"), least=3, most=measures.LONGEST)
    fields: tuple[Field, ...] = (reason,)
    if kind == "recall":
        fields = (Field("exercise", "choice", t()("measures.exercise"), choices=_exercises()), reason)
    where = url_for("console.start_measure", kind=kind)
    return Form(where, t()(f"measures.{kind}_button"), fields, "grave")


def _end_form(each: measures.Shown) -> Form | None:
    """The service's own are ended by who runs it."""
    if each.everyone or each.ended_at is not None:
        return None
    return Form(url_for("console.end_measure", measure_id=each.id), t()("measures.end"), tone="quiet")


def _harm_form(patient_id: UUID) -> Form:
    fields = (
        new_id(),
        Field("text", "area", t()("harm.text"), least=3, most=adverse.LONGEST),
        Field("exercise", "choice", t()("harm.exercise"), required=False, choices=_exercises()),
        Field("serious", "check", t()("harm.serious"), required=False, hint=t()("harm.serious_hint")),
    )
    return Form(url_for("console.report_harm", patient_id=patient_id), t()("harm.report"), fields)


def _exercises() -> Choices:
    words = edge.parts().catalog.in_language(site.language())
    named = choices((each, words.word(f"exercises.{each}.name")) for each in edge.parts().catalog.exercises)
    return tuple(sorted(named, key=lambda pair: pair[1]))

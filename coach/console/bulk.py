"""One programme for many: what each would get and whom the checks leave out, before anything is changed."""

from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.console import doors, site
from coach.console.forms import Choices, Field, Form, choices, read
from coach.console.site import blueprint, t
from coach.services import access, assigning
from coach.services import caseload as lists
from coach.services.problems import not_found
from programs import events


@blueprint.get("/assign-many")
@doors.open_to(*CLINICIAN)
def assign_many_page() -> str:
    """First whom and what; with both chosen, what it would do."""
    program, chosen = request.args.get("program"), request.args.getlist("patients")[: assigning.MOST]
    with edge.unit() as unit:
        patients = _patients(unit)
        programs = _programs()
        if program and program not in dict(programs):
            raise not_found()
        if not set(chosen) <= set(dict(patients)):
            raise not_found()
        outcomes = _run(unit, chosen, program, store=False) if program and chosen else []
        form = _form(patients, programs, tuple(chosen), program or "")
        return site.page(
            unit, "assign_many.html", form=form, outcomes=outcomes, chosen=chosen, program=program,
            programs=dict(programs), most=assigning.MOST,
        )  # fmt: skip


@blueprint.post("/assign-many")
@doors.open_to(*CLINICIAN)
def assign_many() -> ResponseReturnValue:
    with edge.unit() as unit:
        data = read(_form(_patients(unit), _programs(), (), ""))
        done = _run(unit, list(data["patients"])[: assigning.MOST], data["program"], store=True)
        page = site.page(unit, "assigned_many.html", outcomes=done, program=dict(_programs())[data["program"]])
    return page


def _run(unit: edge.Unit, chosen: list[str], program: str, *, store: bool) -> list[assigning.Outcome]:
    return assigning.many(
        unit.session,
        edge.identity(),
        [UUID(each) for each in chosen],
        events.Assigned(program=program),
        store=store,
        now=unit.now,
        catalog=edge.parts().catalog,
        locale=site.language(),
        request_id=edge.request_id(),
    )


def _patients(unit: edge.Unit) -> Choices:
    """The first hundred, who needs somebody first on top."""
    page = lists.page(unit.session, edge.identity(), now=unit.now, catalog=edge.parts().catalog, most=lists.MOST)
    ids = [each.id for each in page.patients]
    access.were_listed(unit.session, edge.identity(), ids, now=unit.now, request_id=edge.request_id())
    return choices((each.id, each.name) for each in page.patients)


def _programs() -> Choices:
    words = edge.parts().catalog.in_language(site.language())
    return choices((each, words.word(f"programs.{each}.name")) for each in edge.parts().catalog.programs)


def _form(patients: Choices, programs: Choices, chosen: tuple[str, ...], program: str) -> Form:
    fields = (
        Field("program", "choice", t()("assign.program"), choices=programs, value=program),
        Field("patients", "many", t()("bulk.patients"), choices=patients, value=chosen),
    )
    return Form(url_for("console.assign_many"), t()("bulk.confirm"), fields)

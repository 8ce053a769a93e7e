"""The referral pack on one sheet: what goes with a person to a specialist, cut to what one page holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from coach.api import edge
from coach.api.auth import CLINICIAN
from coach.charts import Chart, Series
from coach.console import doors, patient, site
from coach.console.site import blueprint, t
from coach.services import changes, episodes, explained, progress
from programs.pack import FlagTold, Pack, Scored
from programs.plan import Dose
from programs.triage import LEVELS
from programs.words import Words

# One page holds so many lines of each; the record has the rest, and the page says how many those are.
MOST_PROGRAMS, MOST_EXERCISES, MOST_WEEKS, MOST_SCORES, MOST_FLAGS = 4, 10, 12, 8, 6
MOST_CHECKS = MOST_THERAPIES = MOST_OVERRIDES = 4
Row = TypeVar("Row")
RESPONSE = "E1"  # the rule that says which change is meaningful


@blueprint.get("/patients/<uuid:patient_id>/pack")
@doors.open_to(*CLINICIAN)
def referral_pack(patient_id: UUID) -> str:
    """Refused before the intake, when there is no course to tell of."""
    catalog = edge.parts().catalog
    with edge.unit() as unit:
        row = edge.in_care(unit, patient_id, "referral pack")
        made = episodes.referral_pack(unit.session, row, edge.identity(), unit.now, catalog)
        course, words = made.course, catalog.in_language(site.language())
        return site.page(
            unit,
            "pack.html",
            pack=made,
            course=course,
            patient_id=patient_id,
            why=_why(course, words),
            standing=sorted((each for each in course.flags if each.level), key=_gravest_first),
            figure=patient.figure(_pain(course)),
            places=_places(course),
            conditions=[t().either(f"conditions.{each}", each) for each in course.conditions],
            programs=_latest([(each.day, words.word(f"programs.{each.program}.name")) for each in course.programs],
                             MOST_PROGRAMS),
            tried=_first(_tried(course, words), MOST_EXERCISES),
            weeks=course.weeks[-MOST_WEEKS:],
            flags=_latest(sorted(course.flags, key=lambda each: (each.level is not None, each.day)), MOST_FLAGS),
            checks=_latest(course.self_checks, MOST_CHECKS),
            scores=_first(_scores(course), MOST_SCORES),
            therapies=_latest([(site.teller().therapy(each.therapy), each) for each in course.therapies],
                              MOST_THERAPIES),
            overrides=_latest([_override(each) for each in course.overrides], MOST_OVERRIDES),
            meaningful=words.word(f"rules.{RESPONSE}.text"),
            sources=[(rule, explained.sources(rule, catalog)) for rule in _rules(course)],
        )  # fmt: skip


def _why(course: Pack, words: Words) -> list[dict[str, Any]]:
    """The referrals that stand, to a specialist first."""
    ordered = sorted(course.referrals, key=lambda each: (each.kind != "REFER_SPINE", each.due))
    return [
        {
            "what": t()(f"referrals.{each.kind}"),
            "rule": words.texts.get(f"rules.{each.rule}.title") or t().either(f"flags.{each.rule}", each.rule),
            "day": each.day,
            "due": each.due,
        }
        for each in ordered
    ]


def _gravest_first(flag: FlagTold) -> tuple[int, date]:
    assert flag.level is not None
    return -LEVELS.index(flag.level), flag.day


def _pain(course: Pack) -> Chart:
    spoken = t()
    back = [(each.day, float(each.back)) for each in course.series if each.back is not None]
    leg = [(each.day, float(each.leg)) for each in course.series if each.leg is not None]
    return Chart(
        id="pack-pain",
        title=spoken("charts.pain.title"),
        unit=spoken("charts.pain.unit"),
        first=min((each.day for each in course.series), default=course.began),
        last=course.day,
        series=(Series(spoken("charts.back"), back), Series(spoken("charts.leg"), leg)),
        low=0,
        high=10,
        empty=spoken("charts.empty"),
    )


def _places(course: Pack) -> tuple[str, str] | None:
    """How far the symptoms reached at first and now."""
    told = [each.location for each in course.series if each.location is not None]
    return (t()(f"places.p{told[0]}"), t()(f"places.p{told[-1]}")) if told else None


def _tried(course: Pack, words: Words) -> list[tuple[str, str | None]]:
    catalog = edge.parts().catalog
    return [
        (
            words.word(f"exercises.{each.exercise}.name"),
            changes.dose_in_words(each.exercise, Dose(each.sets, each.amount), words, catalog),
        )
        for each in course.tried
    ]


def _scores(course: Pack) -> list[tuple[str, Scored, float | None]]:
    """With how far from the first is meaningful, where that is known."""
    known = progress.meaningful(edge.parts().catalog)
    return [(site.teller().questionnaire(each.name), each, known.get(each.name)) for each in course.questionnaires]


def _override(told: str) -> tuple[str, str]:
    name, _, value = told.partition(" ")
    return t()(f"overrides.{name}"), site.teller().setting(name, value)


def _rules(course: Pack) -> list[str]:
    return sorted({RESPONSE, *(each.rule for each in course.referrals)})


def _latest(rows: Sequence[Row], most: int) -> tuple[Sequence[Row], int]:
    """The newest, newest first, and how many are left out."""
    return list(reversed(rows[-most:])), max(0, len(rows) - most)


def _first(rows: Sequence[Row], most: int) -> tuple[Sequence[Row], int]:
    return rows[:most], max(0, len(rows) - most)

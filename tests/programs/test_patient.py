"""Facts about a person: what follows from them, how they change, and what nobody can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from programs import canonical, catalog
from programs.entries import Correction, Steps
from programs.events import BODIES, body_from_json, corrected
from programs.patient import Birth, Changes, Patient, Surgery, check
from tests.programs.logs import START, patient

CONTENT = catalog.load()


def conditions(later: int = 0, **facts: object) -> frozenset[str]:
    return patient(**facts).conditions(START + timedelta(days=later), CONTENT)


@pytest.mark.parametrize(
    ("facts", "held", "lost_after"),
    [
        ({"episode_day": START - timedelta(days=10)}, "ACU", 4),
        ({"surgery": Surgery(START - timedelta(days=80), False)}, "SURG", 4),
        ({"birth": Birth(START - timedelta(days=70), "vaginal")}, "POST", 14),
    ],
)
def test_conditions_end_with_time(facts: dict[str, object], held: str, lost_after: int) -> None:
    assert held in conditions(lost_after - 1, **facts)
    assert held not in conditions(lost_after, **facts)


def test_strong_pain_is_acute_however_old() -> None:
    assert "ACU" in conditions(back_average=7)
    assert "ACU" not in conditions(back_average=6)


def test_pregnancy_counts_from_week_sixteen_until_the_birth() -> None:
    started = START - timedelta(weeks=15)
    assert "PREG" not in conditions(6, pregnancy_day=started)
    assert "PREG" in conditions(7, pregnancy_day=started)
    born = conditions(170, pregnancy_day=started, birth=Birth(START + timedelta(days=165), "vaginal"))
    assert "PREG" not in born and "POST" in born


@pytest.mark.parametrize(("minutes", "nights", "leg", "irritable"), [
    (60, 2, 6, False), (61, 0, 1, True), (0, 3, 1, True), (0, 0, 7, True)])  # fmt: skip
def test_an_irritable_nerve(minutes: int, nights: int, leg: int, irritable: bool) -> None:
    held = conditions(provoked_minutes=minutes, sleep_lost_nights=nights, leg=leg)
    assert ("IRR" in held) is irritable


def test_unknown_leg_pain_below_the_knee_is_a_disc_problem() -> None:
    assert "RAD" in conditions(location=3)
    assert "RAD" not in conditions(location=2)
    assert "RAD" not in conditions(location=4, diagnoses=frozenset({"STEN"}))


def test_legs_eased_by_sitting_are_a_narrow_canal_from_sixty() -> None:
    facts = {"location": 3, "eased_by_sitting": True}
    assert conditions(age=60, **facts) & {"STEN", "RAD"} == {"STEN"}
    assert conditions(age=59, **facts) & {"STEN", "RAD"} == {"RAD"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"height_cm": 20.0}, "height_cm"),
        ({"age": 130}, "age"),
        ({"back_worst": 11}, "back_worst"),
        ({"equipment": frozenset({"trampoline"})}, "equipment"),
        ({"minutes": 0}, "minutes"),
    ],
)
def test_nobody_can_be_like_that(facts: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check(patient(**facts))


def test_a_child_is_possible() -> None:
    check(patient(age=12))


def test_working_more_than_a_day_is_not() -> None:
    with pytest.raises(ValueError, match="more than a day"):
        patient(sit_h=20.0, stand_h=5.0)


def test_what_is_not_told_stays_as_it_was() -> None:
    person = patient(leg=4, pregnancy_day=START)
    changed = Changes(leg=2, ended=frozenset({"pregnancy_day"})).on(person)
    assert changed == replace(person, leg=2, pregnancy_day=None)


def test_a_person_survives_storage() -> None:
    person = patient(birth=Birth(START, "vaginal"), diagnoses=frozenset({"RAD", "BAL"}))
    assert canonical.from_json(Patient, canonical.to_json(person)) == person


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("horoscope", {}, "'horoscope' is no kind of event"),
        ("morning", {}, "pain: is missing"),
        ("morning", {"pain": 11}, "pain: 11 is not within 0 to 10"),
        ("session", {"pre": 1, "peak": 2, "mood": 3}, "mood: is unknown"),
        ("questionnaire", {"name": "HORO"}, "name: 'HORO' is none of"),
        ("correction", {"replaces": "x"}, "one body"),
    ],
)
def test_a_body_that_does_not_fit_its_kind_is_refused(kind: str, body: object, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        body_from_json(kind, body)
    assert said in str(refused.value)


def test_a_correction_is_read_by_the_kind_it_corrects() -> None:
    assert corrected("e1", "steps", {"count": 9}) == Correction("e1", steps=Steps(9))
    with pytest.raises(ValueError, match="cannot be corrected"):
        corrected("e1", "release", {"flag": "RF01"})


def test_every_kind_has_its_own_body() -> None:
    assert len(set(BODIES.values())) == len(BODIES)

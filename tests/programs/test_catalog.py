"""The packaged content is sound; every kind of broken content is refused in one line: where and why."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

import programs
from programs import catalog
from programs.catalog import BadContent, Catalog

CONTENT = catalog.load()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the packaged content to break."""
    return shutil.copytree(catalog.PACKAGED, tmp_path / "content", ignore=shutil.ignore_patterns("cases"))


def test_the_whole_library_is_there_in_its_order() -> None:
    assert len(CONTENT.exercises) == 86
    assert list(CONTENT.exercises)[:2] == ["breath_crook", "pelvic_tilt_supine"]
    assert list(CONTENT.programs) == [
        "T14", "T03", "T02", "T04", "T13", "T12", "T01", "T11", "T08", "T05", "T07", "T06", "T09", "T10",
    ]  # fmt: skip
    assert len(CONTENT.red_flags) == 30


def test_it_is_read_once() -> None:
    assert catalog.load() is CONTENT


def test_an_exercise_carries_its_dose_and_whole_chain() -> None:
    bridge = CONTENT.exercises["bridge"]

    assert (bridge.dose.sets, bridge.dose.sets_max, bridge.dose.low, bridge.dose.high) == (2, 3, 8, 15)
    assert (bridge.dose.unit, bridge.dose.hold_s, bridge.dose.rest_s, bridge.tempo_s) == ("reps", 2, 45, 6)
    assert bridge.contraindications == {"PREG": "C", "STEN": "C"}
    chain = ("glute_squeeze", "bridge", "bridge_march", "bridge_single", "hip_thrust_loaded")
    assert all(CONTENT.exercises[step].chain == chain for step in chain)
    assert CONTENT.exercises["relax_90_90"].chain == ("relax_90_90",)
    assert CONTENT.exercises["walk_easy"].tempo_s == 0  # a word


def test_everyone_finds_their_words() -> None:
    assert CONTENT.in_language("en").locale == CONTENT.in_language("en-GB").locale == "en"
    assert CONTENT.in_language("xx").locale == "en"


def test_a_catalogue_may_be_cut_down_to_some_programmes() -> None:
    few = CONTENT.only(["T05", "T10"])

    assert list(few.programs) == ["T05", "T10"]
    assert few.content_hash != CONTENT.content_hash


def test_every_country_has_a_number_to_call() -> None:
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    known = {line[:2] for line in table.splitlines() if not line.startswith("#")}

    assert known <= CONTENT.countries.keys()
    assert CONTENT.countries["NO"] == ("113", "112")  # not read as a truth value
    assert CONTENT.countries["AU"] == ("000", "112")  # not read as zero
    assert CONTENT.any_country == ("112",)


def test_every_number_of_the_constants_is_read_by_a_rule() -> None:
    rules = [path for path in Path(programs.__file__).parent.rglob("*.py") if path.parent.name != "constants"]
    read = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in rules)))

    assert [name for name in numbers(CONTENT.constants) if name.rpartition(".")[2] not in read] == []


# --- the hash


def test_the_hash_does_not_depend_on_how_the_files_are_written(content: Path) -> None:
    for path in content.rglob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(data, sort_keys=False, width=40, indent=6), encoding="utf-8")

    assert catalog.load(content).content_hash == CONTENT.content_hash


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("exercises.yaml", "rest_s: 45", "rest_s: 50"),
        ("constants.yaml", "settled_max: 1", "settled_max: 0"),
        ("locale/en/cards.yaml", "You are not alone", "You're not alone"),
        ("red_flags.yaml", "screen: you, card: CRISIS", "screen: you"),
    ],
)
def test_the_hash_changes_with_every_changed_value(content: Path, file: str, old: str, new: str) -> None:
    swap(content / file, old, new)

    assert catalog.load(content).content_hash != CONTENT.content_hash


def test_the_hash_changes_with_the_order_that_decides_between_equals(content: Path) -> None:
    path = content / "exercises.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["exercises"].reverse()
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    assert catalog.load(content).content_hash != CONTENT.content_hash


# --- broken content

# What is replaced, by what, and how the one line goes on after the file.
BROKEN = {
    "exercises.yaml": [
        ("level: 1", "level: 6", "breath_crook: level: 6 is not within 1 to 5"),
        ("category: RLX", "category: YOGA", "breath_crook: category: 'YOGA' is none of"),
        ("exercise_class: RLX", "exercise_class: MOB",
         "breath_crook: exercise_class MOB is not of category RLX"),
        ("low: 6, high: 12", "low: 16, high: 12", "breath_crook: dose.low 16 is above dose.high 12"),
        ("sets: 1, sets_max: 2", "sets: 3, sets_max: 2",
         "breath_crook: dose.sets 3 is above dose.sets_max 2"),
        ("unit: reps", "unit: miles", "breath_crook: dose.unit: 'miles' is none of reps, seconds, minutes"),
        ("hold_s: 0", "hold: 0", "breath_crook: dose.hold_s: is missing"),
        ("equipment: [mat]", "equipment: [rug]", "breath_crook: equipment.0: 'rug' is none of mat"),
        ("equipment: [mat]", "equipment: [mat, mat]", "breath_crook: equipment names one thing twice"),
        ("{PREG: C}", "{PREG: X}", "breath_crook: contraindications.PREG: 'X' is none of H, S, C"),
        ("{PREG: C}", "{GOUT: C}", "breath_crook: contraindications.GOUT: 'GOUT' is none of RAD"),
        ("    tempo:", "    speed: 3\n    tempo:", "breath_crook: speed: is unknown"),
        ("    tempo:", "    chain: [bridge]\n    tempo:", "breath_crook: chain is computed, not written"),
        ("id: knee_rock", "id: pelvic_tilt_supine", "pelvic_tilt_supine: stands twice"),
        ("id: childs_pose", "id: Child", "Child: id must be small letters, digits and underscores"),
        ("harder: knee_rock", "harder: bridge",
         "pelvic_tilt_supine: harder bridge does not name it as easier"),
        ("easier: knee_rock", "easier: nothing", "knee_rock: harder cat_camel does not name it as easier"),
        ("easier: null", "easier: nothing", "breath_crook: easier nothing does not name it as harder"),
        ("exercises:\n", "exercises: []\nmore:\n", "more: is unknown"),
        ("exercises:\n", "exercises: [\n", "line "),
    ],
    "programs.yaml": [
        ("sessions_week: 7", "sessions_week: 8", "T14: sessions_week: 8 is not within 1 to 7"),
        ("weeks: 12", "weeks: 13", "T14: its blocks end in week 12, not 13"),
        ("first_week: 7", "first_week: 8", "T14: weeks 8-12 do not follow on week 6"),
        ("[walk_easy, breath_crook", "[walk_moon, breath_crook",
         "T14: exercise walk_moon is not in the library"),
        ("[walk_easy, breath_crook", "[walk_easy, walk_easy", "T14: weeks 1-6 name one exercise twice"),
        ("[walk_easy, breath_crook", "[plank_full, breath_crook",
         "T14: exercise plank_full is above level_cap 2"),
        ("id: T03", "id: T14", "T14: stands twice"),
        ("id: T03", "id: t3", "t3: id must be capital letters and digits"),
    ],
    "red_flags.yaml": [
        ("{id: RF01, level: EMERGENCY", "{id: RF01, level: BAD", "RF01: level: 'BAD' is none of EMERGENCY"),
        ("severe_level: EMERGENCY", "severe_level: SOON",
         "RF06a: severe_level SOON is not worse than level URGENT"),
        ("with_cancer: RF09b", "with_cancer: RF99", "RF06a: with_cancer RF99 is no red flag"),
        ("ask: [O, D]", "ask: []", "RF01: is asked of nobody"),
        ("ask: [O, D]", "ask: [O, daily]", "RF01: ask.1: 'daily' is none of O, D, W"),
        ("ask: [O, D]", "ask: [O, D], within_days: 3", "RF01: within_days is only for SOON"),
        ("id: RF12", "id: RF1", "RF1: id must be RF, two digits and at most a letter"),
        ("card: CRISIS", "card: HELP", "RF24: card HELP is none of RED_FLAGS"),
        ("SOON_HOLD: 7, ", "", "level_days: SOON_HOLD is missing"),
    ],
    "conditions.yaml": [
        ("  RLX: {SURG: C}\n", "", "class_grades: RLX is missing"),
        ("RLX: {SURG: C}", "RLX: {RAD: C}", "class_grades: RLX.RAD: 'RAD' is none of SURG"),
        ("IRR: [breath_crook", "IRR: [breath", "allow_lists: IRR names breath, which is not in"),
        ("IRR: [breath_crook", "IRR: [golfer_reach",
         "allow_lists: IRR allows golfer_reach, which the library blocks"),
        ("fallback: [breath_crook", "fallback: [nap", "fallback: nap is not in the library"),
    ],
    "constants.yaml": [
        ("abs_red_peak: 8", "abs_red_peak: 9", "constants: zone.abs_red_peak: 9 is not within 6 to 8"),
        ("steps_abs: 1000", "steps_abs: 2000", "constants: caps.steps_abs: 2000 is not within 0 to 1000"),
        ("days_max: 42", "days_max: 43", "constants: overrides.days_max: 43 is not within 1 to 42"),
        ("amber_peak: 4", "amber_peak: 6", "zone: amber_peak, red_peak, abs_red_peak must rise, not 6, 6, 8"),
        ("settled_max: 1", "settled: 1", "constants: morning.settled_max: is missing"),
        ("obesity_from: 30", "obesity_from: 20", "weight: schemes.who: its limits must rise"),
    ],
    "emergency_numbers.yaml": [
        ('"DE": ["112"]', '"de": ["112"]', "de: must be a country's two capital"),
        ('"DE": ["112"]', '"DE": ["help"]', "DE: numbers must be digits"),
        ('"NO": ["113"', 'NO: ["113"', "numbers: False: must be text, not False"),
    ],
    "lessons.yaml": [
        ("theme: back_pain_information", "theme: gardening", "common_and_strong: theme gardening is none of themes"),
        ("order: 12", "order: 2", "common_and_strong: order 2 stands twice"),
        ("audience: [RAD]", "audience: [GOUT]", "disc_and_leg: audience.0: 'GOUT' is none of everyone"),
        ("audience: [everyone]", "audience: [everyone, RAD]", "common_and_strong: audience: everyone stands alone"),
        ("sources: [who_2023, costa_2012]", "sources: [who_2032]",
         "common_and_strong: source who_2032 is not in sources.yaml"),
        ("right: 2", "right: 4", "common_and_strong: right: 4 is not within 1 to 3"),
        ("id: common_and_strong", "id: Common", "Common: id must be small letters"),
        ("[back_pain_information, ", "[back_pain_information, gardening, ", "gardening: is a theme without a lesson"),
    ],
    "modules.yaml": [
        ("rules: [BL]", "rules: [BLL]", "bending: rule BLL does not exist"),
        ("exercises: [bend_reset", "exercises: [bend", "bending: exercise bend does not exist"),
        ("lessons: [bending_work", "lessons: [bends", "bending: lesson bends does not exist"),
        ("not_for: [PREG]", "not_for: [PREG]\n    careful_for: [PREG]",
         "lumbar_support: PREG is both in not_for and in careful_for"),
        ("low: 30, high: 45", "low: 45, high: 30", "cycle_sit: must hold a value, or low below high"),
        ("low: 30, high: 45", "low: 30", "cycle_sit: must hold a value, or low below high"),
        ("id: belt_hours_day, value: 4", "id: belt_hours_day, value: 5",
         "belt_hours_day: is not belt.minutes_week_max of constants.yaml by the day"),
        ("obesity_2_from: 35", "obesity_2_from: 29", "who: its classes of obesity must rise"),
        ("acute: [7, 14", "acute: [14, 7", "visits: days of acute must rise"),
        ("paths: [surgery]", "paths: [surgeon]", "visits: surgery has no kind of contact"),
        ("    risk: [42, 84]\n", "    risk: [43]\n", "visits: risk decides on a day without a contact"),
        ("stance: may_short, sources: [french_2006]", "stance: maybe, sources: [french_2006]",
         "heat: stance: 'maybe' is none of for"),
    ],
    "questionnaires.yaml": [
        ("average: pain", "average: ache", "NPRS_BACK: scale ache of average does not exist"),
        ("optional: [activity_2", "optional: [activity_9", "PSFS: optional activity_9 is none of its items"),
        ("[response.nprs_abs", "[response.nprs", "NPRS_BACK: constants: response.nprs is not in constants.yaml"),
        ("then: PHQ9", "then: PHQ10", "PHQ2: then PHQ10 does not exist"),
        ("red_flag: RF24", "red_flag: RF99", "PHQ9: red_flag RF99 does not exist"),
        (", rmdq_24: applies", "", "RMDQ: has 23 items, the rules score 24"),
        ("    every: session\n", "", "LOCATION: is never asked"),
        ("pain: {low: 0, high: 10}", "pain: {low: 0}", "scales: pain: must hold low below high, or choices"),
    ],
    "sources.yaml": [
        ("2023, confidence: verified", "2023, confidence: sure", "who_2023: confidence: 'sure' is none of verified"),
        ("id: jasso", "id: jaso", "rules.yaml: BMI: source jasso is not in sources.yaml"),
        ("sources:\n", "sources:\n  - {id: nobody_2020, year: 2020, confidence: literature, cite: Nobody et al.}\n",
         "nobody_2020: is cited by nothing"),
    ],
    "rules.yaml": [
        ("layer: safety", "layer: safe", "S: layer safe is none of layers"),
        ("id: WT6", "id: WT7", "modules.yaml: weight: rule WT6 does not exist"),
    ],
    "poses.yaml": [
        ("  - id: breath_crook", "  - id: breath_crock", "breath_crook: has no figure"),
        ("view: side", "view: back", "breath_crook: view: 'back' is none of side"),
        ("{from: crook, at: [0]", "{from: crooked, at: [0]", "breath_crook: from: crooked is none of positions"),
        ("props: [{kind: mat}]", "props: [{kind: rug}]", "breath_crook: props.0.kind: 'rug' is none of mat"),
        ("props: [{kind: mat}]", "props: []", "breath_crook: props: mat is part of the exercise"),
        ("belly: 5", "belly: 50", "breath_crook: poses.1.belly: 50.0 is not within -3 to 6"),
        ("belly: 5", "knee: 5", "breath_crook: poses.1.knee: is unknown"),
        ("still: 1", "still: 4", "pelvic_tilt_supine: still 4 is none of its 2 poses"),
        ("of: belly", "of: tummy", "breath_crook: arrows: tummy is no point of the body"),
        ("onto: belly", "onto: tummy", "breath_crook: onto: tummy is no point of the body"),
        ("legs: {to: [55, 0]}", "legs: {to: [155, 0]}",
         "breath_crook: pose 1: right_leg is 73 cm too short for its spot"),
        ("{flex: 126, bend: 132}", "{flex: 126, bend: 172}",
         "single_knee_to_chest: pose 2: right_leg.bend 172 is not within -1 to 160"),
        ("{lean: -12, lumbar: -30", "{lean: -12, pin: {point: hips, at: [0, 5]}, lumbar: -30",
         "cat_camel: pose 2: right_"),
        ("    seconds: 1.5\n", "", "walk_easy: seconds are for a tempo in words, and then needed; its tempo is easy"),
    ],
    "version.yaml": [
        ("version:", "edition:", "edition: is unknown"),
    ],
    "locale/en/exercises.yaml": [
        ("  name: Bridge\n", "", "bridge.name: is missing"),
        ("\nclam:\n", "\nclamm:\n", "clam.cues: is missing"),
        ("  name: Bridge\n", "  name: [Bridge]\n", "bridge.name: must be a text"),
        ("  name: Bridge\n", "  name: 5\n", "bridge.name: must be a text or"),
        ("name: Bridge\n", "name: ''\n", "bridge.name: '' must have 1 to 600"),
    ],
    "locale/en/cards.yaml": [
        ("FLARE:", "[FLARE", "line "),
        ("FLARE:", "FLAIR:", "FLAIR.text: is unknown"),
    ],
    "locale/en/decisions.yaml": [
        ("{exercise} stays at {after} for now", "{exercise} stays at {amount}",
         "any.maintain.patient: {amount} is not one of its fields"),
        ("{exercise} stays at {after} for now", "{exercise stays",
         "any.maintain.patient: '{exercise stays.' is no text with fields"),
    ],
    "locale/en/lessons.yaml": [
        ("  title: Sore, common, and still strong\n", "", "common_and_strong.title: is missing"),
        ("    - The pain is only in the mind\n", "", "common_and_strong: must have 3 answers"),
        ("{zone.red_peak}", "{zone.red}", "traffic_light.body: {zone.red} is not one of its fields"),
        ("    - The pain is only in the mind\n", "    - The pain is real, and no single part is broken\n",
         "common_and_strong.answers: says the same thing twice"),
    ],
    "locale/en/modules.yaml": [
        ("{heat_celsius_max}", "40", "modules.yaml: heat_celsius_max: is named by no text in en"),
        ("  brace: Belt or brace\n", "", "therapy_types.brace: is missing"),
    ],
    "locale/en/questionnaires.yaml": [
        ("    rmdq_24: I stay in bed most of the time because of my back.\n", "", "RMDQ.items.rmdq_24: is missing"),
        ("[Back only, Buttock, Thigh, Calf, Foot]", "[Back only, Buttock, Thigh]",
         "answers.place: must have 2 or 5 labels"),
    ],
    "locale/en/rules.yaml": [
        ("{zone.low_base_max}", "{zone.low}", "P1.text: {zone.low} is not one of its fields"),
        ("\nP2:\n", "\nP22:\n", "P2.text: is missing"),
    ],
    "locale/en/reminders.yaml": [
        ("  - Your short routine is ready. Start whenever it suits you.\n",
         f"  - {'x' * 111}\n",
         "routine: 'xxx"),
        ("  - Curious how things go on? The new version is there.\n", "",
         "new_plan: has 11 texts, at least 12 are needed"),
        ("  - Your short routine",
         "  - Pick the full or the short version. Both are fine.\n  - Your short routine",
         "routine: says the same thing twice"),
    ],
}  # fmt: skip
CASES = [(file, *row) for file, rows in BROKEN.items() for row in rows]


@pytest.mark.parametrize(("file", "old", "new", "complaint"), CASES, ids=[f"{case[0]}: {case[3]}" for case in CASES])
def test_broken_content_is_refused_in_one_line(content: Path, file: str, old: str, new: str, complaint: str) -> None:
    swap(content / file, old, new)

    message = refusal(content)

    assert message.startswith((f"{file}: {complaint}", complaint))
    assert "\n" not in message


def test_a_level_that_jumps_within_a_chain_is_refused(content: Path) -> None:
    path = content / "exercises.yaml"
    head, tail = path.read_text(encoding="utf-8").split("- id: bridge_march", 1)
    path.write_text(f"{head}- id: bridge_march{tail.replace('level: 3', 'level: 4', 1)}", encoding="utf-8")

    assert refusal(content) == ("exercises.yaml: bridge: harder bridge_march changes the level by 2, not by 0 or 1")


def test_a_chain_without_an_easiest_exercise_is_refused(content: Path) -> None:
    path = content / "exercises.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    ring = {row["id"]: row for row in data["exercises"] if row["id"] in ("curl_up", "curl_up_elbows")}
    ring["curl_up"] |= {"easier": "curl_up_elbows", "level": 3}
    ring["curl_up_elbows"]["harder"] = "curl_up"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    assert refusal(content) == "exercises.yaml: curl_up: its chain is a ring without an easiest exercise"


def test_a_key_written_twice_is_refused(content: Path) -> None:
    swap(content / "constants.yaml", "  zone:\n", "  zone:\n    red_peak: 6\n")

    assert re.fullmatch(r"constants\.yaml: line \d+: 'red_peak' stands twice", refusal(content))


def test_a_file_that_is_missing_or_too_large_is_refused(content: Path) -> None:
    (content / "version.yaml").write_text("#" * 1_000_001, encoding="utf-8")
    assert refusal(content) == "version.yaml: file: larger than 1000000 bytes"

    (content / "version.yaml").unlink()
    assert refusal(content) == "version.yaml: file: cannot be read (No such file or directory)"


def test_content_without_english_is_refused(content: Path) -> None:
    (content / "locale" / "en").rename(content / "locale" / "de")

    assert refusal(content) == "locale/en: words: are missing"


def numbers(block: Any, above: str = "") -> Iterator[str]:
    for each in fields(block):
        value = getattr(block, each.name)
        if is_dataclass(value):
            yield from numbers(value, f"{above}{each.name}.")
        else:
            yield f"{above}{each.name}"


def swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(content: Path) -> str:
    with pytest.raises(BadContent) as refused:
        loaded: Catalog = catalog.load(content)
        assert loaded is None  # never reached
    return str(refused.value)

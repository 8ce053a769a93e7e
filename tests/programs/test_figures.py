"""Every exercise is drawn as a body that could be a person's, and no two look the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from programs import catalog, figure
from programs.figure import body, film, likeness, strains
from programs.figure.skeleton import Skeleton
from programs.figure.svg import ARROW, COLOURS, INK
from programs.figure.vectors import length, minus

CONTENT = catalog.load()
WORDS = CONTENT.words["en"]
BYTES_MOST, BYTES_USUAL = 17_000, 12_000
LENGTHS = {
    ("shoulder", "elbow"): body.UPPER_ARM, ("elbow", "wrist"): body.FOREARM, ("wrist", "hand"): body.HAND,
    ("hip", "knee"): body.THIGH, ("knee", "ankle"): body.SHANK,
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def drawn(exercise: str) -> str:
    words = WORDS.word(f"exercises.{exercise}.name"), WORDS.lines(f"exercises.{exercise}.cues")
    return figure.draw(CONTENT.figures[exercise], CONTENT.exercises[exercise].tempo, *words)


DRAWN = {exercise: drawn(exercise) for exercise in CONTENT.exercises}
FILMS = {name: film.shoot(drawing, CONTENT.exercises[name].tempo) for name, drawing in CONTENT.figures.items()}


def skeletons() -> Iterator[tuple[str, Skeleton]]:
    for exercise, moving in FILMS.items():
        for shot in moving.shots:
            yield f"{exercise} at {shot.at_s:.1f} s", shot.skeleton


# --- the body


def test_limbs_keep_their_lengths_in_every_shot() -> None:
    odd = [
        f"{where}: {side} {start}-{end}"
        for where, skeleton in skeletons()
        for (start, end), long in LENGTHS.items()
        for side in ("right", "left")
        if abs(length(minus(skeleton.points[f"{side}_{start}"], skeleton.points[f"{side}_{end}"])) - long) > 0.01
    ]
    assert odd == []


def test_no_shot_strains_a_joint_or_goes_through_floor_or_chair() -> None:
    faults = []
    for exercise, moving in FILMS.items():
        for shot in moving.shots:
            things = CONTENT.figures[exercise].props
            faults += [f"{exercise} at {shot.at_s:.1f} s: {fault}" for fault in strains.found(shot.skeleton, things)]
    assert faults == []


def test_what_is_planted_stays_planted() -> None:
    feet = [shot.skeleton.points["right_toe"] for shot in FILMS["squat_body"].shots]
    assert max(length(minus(foot, feet[0])) for foot in feet) < 0.2
    hands = [shot.skeleton.points["right_wrist"] for shot in FILMS["cat_camel"].shots]
    assert max(length(minus(hand, hands[0])) for hand in hands) < 0.2


def test_the_spine_bends_where_the_cues_say() -> None:
    cat, camel = CONTENT.figures["cat_camel"].poses
    assert cat.lumbar > 25 and camel.lumbar < -25
    arch, flat = FILMS["pelvic_tilt_supine"].stills
    assert flat.frames["hips"].up[1] < arch.frames["hips"].up[1]
    hinge = CONTENT.figures["hip_hinge_stick"].poses
    assert {(pose.lumbar, pose.thoracic) for pose in hinge} == {(0, 0)}


# --- the film


def test_the_film_keeps_the_tempo() -> None:
    moving = FILMS["bridge"]  # 2-2-2, after a short rest
    assert [(key.at_s, key.pose) for key in moving.keys] == [(0, 0), (0.6, 0), (2.6, 1), (4.6, 1), (6.6, 0)]
    assert moving.seconds == 6.6
    walk = FILMS["walk_easy"]
    assert [key.pose for key in walk.keys] == [0, 1, 2, 3, 0]
    assert walk.seconds > FILMS["walk_brisk"].seconds
    for exercise, moving in FILMS.items():
        assert moving.keys[0].pose == moving.keys[-1].pose, exercise
        assert moving.seconds >= CONTENT.exercises[exercise].tempo_s


# --- the file


@pytest.mark.parametrize("exercise", CONTENT.exercises)
def test_a_drawing_is_one_safe_small_file_with_words(exercise: str) -> None:
    svg = DRAWN[exercise]
    root = ElementTree.fromstring(svg)

    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == WORDS.word(f"exercises.{exercise}.name")
    assert desc is not None and desc.text == " ".join(WORDS.lines(f"exercises.{exercise}.cues"))
    assert (root.get("aria-labelledby") or "").split() == [title.get("id"), desc.get("id")]
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "desc", "style", "defs", "path", "use", "g",
    }  # fmt: skip
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg\")|url\(|@import|javascript| on\w+=| style=", svg)
    assert len(svg.encode()) <= BYTES_MOST


@pytest.mark.parametrize("exercise", CONTENT.exercises)
def test_it_moves_only_on_screens_of_people_who_want_motion(exercise: str) -> None:
    still, _, moving = DRAWN[exercise].partition("@media screen and (prefers-reduced-motion:no-preference){")

    assert "animation" in moving and "@keyframes" in moving
    assert "animation" not in still
    assert "@media(prefers-color-scheme:dark)" in still


def test_most_drawings_are_smaller_still() -> None:
    sizes = sorted(len(svg.encode()) for svg in DRAWN.values())
    assert sizes[len(sizes) * 3 // 4] <= BYTES_USUAL


def test_the_same_content_gives_the_same_bytes() -> None:
    assert all(drawn(exercise) == svg for exercise, svg in DRAWN.items())


def test_many_drawings_may_stand_in_one_page() -> None:
    marks = [re.search(r'class="(\w+)" role', svg) for svg in DRAWN.values()]
    assert len({mark[1] for mark in marks if mark}) == len(DRAWN)
    for svg, mark in zip(DRAWN.values(), marks, strict=True):
        assert mark is not None
        names = re.findall(r'id="([^"]+)"|@keyframes (\w+)|#(f\w+-\d+)"', svg)
        assert all(name.startswith(mark[1]) for found in names for name in found if name)


@pytest.mark.parametrize(("mode", "page"), [("light", "#ffffff"), ("dark", "#121212")])
def test_lines_and_arrows_stand_out_in_light_and_dark(mode: str, page: str) -> None:
    assert contrast(INK[mode], page) >= 7
    assert contrast(ARROW[mode], page) >= 4.5
    for cloth in ("s", "t", "f"):
        assert contrast(COLOURS[mode][cloth], page) >= 3
        assert contrast(COLOURS[mode][cloth], COLOURS[mode][f"{cloth}9"]) >= 1.8  # near from far


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 counts it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


# --- one from another


def test_no_two_exercises_look_the_same() -> None:
    pairs = likeness.nearest(CONTENT.figures, 20)

    assert [pair for pair in pairs if pair.apart < likeness.TOO_NEAR] == []
    assert pairs == sorted(pairs, key=lambda pair: pair.apart)


def test_a_figure_drawn_twice_would_be_noticed() -> None:
    twice = {"bridge": CONTENT.figures["bridge"], "again": CONTENT.figures["bridge"]}
    assert likeness.nearest(twice, 1)[0].apart == 0


def test_key_poses_for_apps_lie_on_the_sheet() -> None:
    found = figure.key_poses(CONTENT.figures["bridge"], "2-2-2")

    assert (found.view, found.seconds, found.still, len(found.poses)) == ("side", 6.6, 2, 2)
    assert [(each.at_s, each.pose) for each in found.moments][1:3] == [(0.6, 1), (2.6, 2)]
    up, down = found.poses[1].points["groin"], found.poses[0].points["groin"]
    assert up[1] < down[1]  # y goes down
    assert all(0 <= x <= found.width and 0 <= y <= found.height for x, y in found.poses[1].points.values())
    assert found.poses[0].joints["right_leg"].bend > 80 > found.poses[1].joints["right_leg"].flex

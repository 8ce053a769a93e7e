"""Faults 1 to 4 and 11: the undisturbed peak, kills at every named point, and far too many beats.

A kill while a message is on its way may hand it over twice; both carry one name, so one banner stands.
"""

from tests.faults.conftest import Report
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import Scene

POINTS = (
    "tick: before commit",
    "tick: after commit",
    "deliver: claimed",
    "deliver: sent",
    "deliver: answered",
    "deliver: before commit",
    "deliver: after commit",
)
WAYS = ("worker", "child")
LEASED = 200  # what one worker process may hold unrecorded


def test_an_undisturbed_peak_minute(scene: Scene, report: Report) -> None:
    scene.gather(scaled(400, 8_000))
    scene.begin(speed=1.0 if SOAK else 20.0)
    scene.run_until(scene.end)
    scene.finish()
    report(scene, "1 no fault")


def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(scene: Scene, report: Report) -> None:
    scene.gather(scaled(400, 6_000), minutes=scaled(1, 5))
    scene.begin(speed=1.0 if SOAK else 5.0)
    for number in range(scaled(1, 20)):
        for place, point in enumerate(POINTS):
            assert scene.kill_at(point, WAYS[(number + place) % 2]), scene.workshop.last_words()
    scene.finish(dead=True)
    found = report(scene, "2-4 kills")
    assert found.ambiguous <= LEASED * scene.hits.total()


def test_three_beats_and_five_workers_make_each_reminder_once(scene: Scene, report: Report) -> None:
    scene.gather(scaled(400, 8_000))
    scene.begin(speed=1.0 if SOAK else 20.0, workers=scaled(3, 5), beats=3)
    scene.run_until(scene.end)
    scene.finish()
    report(scene, "11 three beats")

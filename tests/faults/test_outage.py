"""Fault 20, its first half: everything is down for hours, longer than some reminders live."""

from datetime import timedelta

from tests.faults.conftest import Report
from tests.faults.people import MINUTE
from tests.faults.scale import scaled
from tests.faults.scene import NOON, Scene

OUTAGE = timedelta(hours=5)
LIFE = timedelta(hours=4)  # of a routine's reminder


def test_after_an_outage_what_is_too_old_is_counted_and_the_rest_arrives(scene: Scene, report: Report) -> None:
    """Due over two hours from noon on; all stops soon after noon, with some made and some on their way."""
    scene.gather(scaled(400, 10_000), minutes=120)
    scene.begin(speed=120.0)
    scene.run_until(NOON + 2 * MINUTE)
    scene.workshop.stop()
    scene.timeline.move(NOON + OUTAGE)
    scene.broke(f"everything down for {OUTAGE.seconds // 3600} hours")
    scene.workshop.start(workers=2, beats=1)
    scene.finish()
    found = report(scene, "20 outage")
    too_old = [due for due in scene.crowd.due if NOON + 3 * MINUTE < due.at < NOON + OUTAGE - LIFE - MINUTE]
    assert set(found.left) == {"expired"}
    assert found.left["expired"] >= sum(len(due.phones) for due in too_old) > 0

"""Faults 5 and 6: Redis emptied again and again, and gone for ten minutes. It carries hints only."""

import redis

from coach.standalone import Valkey
from tests.faults.conftest import Report
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import Scene

GONE_MINUTES = 10
NOT_A_HANG_S = 60.0  # far above what is promised (15 s), so that a busy machine passes; the line says the truth


def test_a_queue_emptied_again_and_again_loses_nothing(scene: Scene, report: Report, own_valkey: Valkey) -> None:
    scene.gather(scaled(400, 6_000), minutes=scaled(1, 2))
    scene.begin(speed=1.0 if SOAK else 25.0)
    with redis.Redis.from_url(own_valkey.url()) as queue:
        while scene.timeline.now() < scene.end:
            queue.flushall()
            scene.broke("queue emptied")
            scene.watch(0.3)
    scene.finish()
    report(scene, "5 FLUSHALL")


def test_reminders_go_out_while_redis_is_gone_for_ten_minutes(scene: Scene, report: Report, own_valkey: Valkey) -> None:
    scene.gather(scaled(400, 6_000), minutes=GONE_MINUTES)
    scene.begin(speed=1.0 if SOAK else 150.0)
    own_valkey.program.stop()
    try:
        scene.broke("Redis gone")
        scene.run_until(scene.end)
        scene.finish()
    finally:
        own_valkey.start()
        own_valkey.wait()
    found = report(scene, f"6 Redis gone for {GONE_MINUTES} minutes")
    assert max(found.late) < NOT_A_HANG_S

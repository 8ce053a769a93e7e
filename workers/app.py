"""The Celery application: settings with their reasons, the beat's table, and what runs without a broker."""

import logging
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_setup_logger

from coach.config import Config
from coach.logs import configure
from coach.wake import EXPIRES_S, TASKS, broker
from programs import schedule
from workers.standby import Standby

REPLAY, ZONES, AUDIT = (f"workers.upkeep.{name}" for name in ("replay", "zones", "audit"))
SOFT_LIMIT_S, HARD_LIMIT_S = 30, 60


def settings() -> dict[str, Any]:
    """Read when Celery first needs them, so that importing a task needs no environment."""
    config = Config.from_env()
    configure(config.log_level)
    schedule.assert_pinned()
    return {
        **broker(config.redis_url),
        "worker_concurrency": config.worker_processes,
        "include": ["workers.reminders", "workers.adaptation", "workers.notices", "workers.upkeep"],
        # All tasks may run twice and take no argument: lost ones cost a second, doubled ones nothing.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,  # else a killed child's message counts as done
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # a lost Redis must not stop a sender
        "task_soft_time_limit": SOFT_LIMIT_S,
        "task_time_limit": HARD_LIMIT_S,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # the standby works on meanwhile
        "worker_soft_shutdown_timeout": 20,  # time to record what has been sent
        "worker_enable_soft_shutdown_on_idle": False,  # there are no ETA tasks to hand back
        "worker_eta_task_limit": 100,  # nobody sends any
        "worker_redirect_stdouts": False,  # structlog writes there
        "task_track_started": False,
        "beat_schedule": {
            name: {"task": task, "schedule": 1.0, "options": {"expires": EXPIRES_S}} for name, task in TASKS.items()
        }
        | {
            "replay": {"task": REPLAY, "schedule": crontab(hour="3", minute="10"), "options": {"expires": 3600}},
            "audit": {"task": AUDIT, "schedule": crontab(hour="3", minute="30"), "options": {"expires": 3600}},
            # Costs a look at one row, but for the minutes after an upgrade of tzdata.
            "zones": {"task": ZONES, "schedule": 60.0, "options": {"expires": 60}},
        },
    }


app = Celery("workers")
app.add_defaults(settings)
app.steps["worker"].add(Standby)


@after_setup_logger.connect  # type: ignore[untyped-decorator]
def _hold_back_celerys_own_lines(**_: object) -> None:
    """A few tasks a second would fill the logs; what a task did it says itself, if it did anything."""
    for name in ("celery.worker.strategy", "celery.worker.request", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # While the broker is away beat would print a traceback for each hint; the workers say it once.
    logging.getLogger("celery.beat").setLevel(logging.CRITICAL)

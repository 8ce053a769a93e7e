"""How each long-running process is started, the same on a laptop and in a container."""

import sys

from coach.config import Config

NAMES = ("api", "worker", "beat")


def command(name: str, config: Config) -> list[str]:
    """The command line of one of NAMES."""
    return {"api": _api, "worker": _worker, "beat": _beat}[name](config)


def _api(config: Config) -> list[str]:
    return _module(
        "granian", "coach.app:create_app", "--factory", "--interface", "wsgi", "--no-ws",
        "--host", config.host, "--port", config.port,
        "--workers", config.api_workers, "--blocking-threads", config.api_threads,
        "--respawn-failed-workers", "--respawn-interval", 1, "--workers-kill-timeout", 5,
        "--log-level", config.log_level,
    )  # fmt: skip


def _worker(config: Config) -> list[str]:
    return _module(
        "celery", "--app", "workers.app", "worker", "--without-gossip", "--without-mingle",
        "--concurrency", config.worker_processes, "--loglevel", config.log_level,
    )  # fmt: skip


def _beat(config: Config) -> list[str]:
    # The schedule is code and kept in memory: there is no file that a kill could leave broken.
    return _module(
        "celery", "--app", "workers.app", "beat",
        "--scheduler", "celery.beat:Scheduler", "--loglevel", config.log_level,
    )  # fmt: skip


def _module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", name, *map(str, arguments)]

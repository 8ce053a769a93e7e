"""A release of the zones' rules that is not out yet."""

import sys
from collections.abc import Mapping

import pytest

from programs import schedule

NEXT = "2099z"


class _Remembered(dict[str, str]):
    """Forgets the local times worked out by a release when that release is taken back: a real one comes with a new
    process."""

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        forget()


def install(monkeypatch: pytest.MonkeyPatch, zones: Mapping[str, str]) -> None:
    """From now on some zones keep the time of others."""
    known = schedule.zone
    for module in ("instants", "judge", "rules"):  # `schedule.judge` is the function of this name
        monkeypatch.setattr(
            sys.modules[f"programs.schedule.{module}"], "zone", lambda name: known(zones.get(name, name))
        )
    monkeypatch.setattr(schedule, "tzdata_version", lambda: NEXT)
    monkeypatch.setitem(_Remembered(), "release", NEXT)
    forget()


def forget() -> None:
    sys.modules["programs.schedule.instants"].instant.cache_clear()

"""Reads the reminder cases of tests/schedule, and tells what the engine makes of each; the format is in its README."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from programs import schedule
from programs.course import Pause
from programs.schedule import SHIFTS, Course, Local, Moment, Rule, Sent, Standing, Verdict

FOLDER = Path(__file__).parents[1] / "schedule"
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REMINDER = re.compile(
    r"(?P<kind>\w+) (?:(?P<minute>\d\d:\d\d)|every (?P<every>\d+) minutes|at (?P<at>[\dTZ: -]+\d[Z\d]*))"
    r"(?: on (?P<days>(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ?)+))?(?: once on (?P<on_day>\S+))?"
    r"(?: until (?P<until>[\dTZ: -]+))?(?P<crosses> even in quiet hours)?"
)


@dataclass(frozen=True)
class Story:
    """One case: what is set, what stands, and what a stretch of days brings."""

    file: str
    case: str
    data: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.case}"


def read(*files: str) -> list[Story]:
    """The cases of these files, each checked to have a name of its own."""
    found = [
        Story(file, str(data["case"]), data)
        for file in files
        for data in yaml.safe_load((FOLDER / file).read_text("utf-8"))
    ]
    assert len({story.case for story in found}) == len(found)
    return found


def told(story: Story) -> list[str]:
    """What happens, in the words of the case."""
    local, now = person(story), None
    rules = [_rule(line, number, local.zone) for number, line in enumerate(story.data["reminders"], 1)]
    first, _, last = str(story.data["days"]).partition(" to ")
    begin = schedule.day_begins_at(date.fromisoformat(first), local.zone, 0)
    end = schedule.day_begins_at(date.fromisoformat(last or first) + timedelta(1), local.zone, 0)
    if "looked_at" in story.data:
        now = at(story.data["looked_at"], local.zone)
    run = schedule.run(rules, local, begin - timedelta(microseconds=1), end - timedelta(microseconds=1))
    judged = schedule.judge_all(run.moments, rules, local, standing(story), now or begin)
    return [_line(moment, verdict, local, bool(last)) for moment, verdict, _ in judged]


def person(story: Story) -> Local:
    """The person's zone and hours: those of a shift, or their own."""
    given = dict(story.data.get("person", {}))
    shift = SHIFTS[given.get("shift", "day")]
    quiet = _hours(given.get("quiet"), (shift.quiet_from, shift.quiet_until))
    work = _hours(given.get("work"), (shift.work_from, shift.work_until))
    return Local(
        given.get("zone", "Europe/Paris"),
        minutes(given.get("day_starts", "04:00")),
        *quiet,
        timedelta(seconds=given.get("spread_s", 0)),
        *work,
    )


def standing(story: Story) -> Standing:
    """What stands before the first day."""
    given, zone = dict(story.data.get("stands", {})), person(story).zone
    course = Course(
        begun=given.pop("plan_began", None),
        flare=given.pop("flare", False),
        support=given.pop("wears_support", False),
        rest_until=given.pop("week_is_done_until", None),
        pauses=tuple(map(_pause, given.pop("pauses", ()))),
    )
    made = Standing(
        locked=given.pop("locked", False),
        done_day=given.pop("last_session", None),
        course=course,
        sent=tuple(_sent(line, zone) for line in given.pop("sent", ())),
        ignored=given.pop("ignored", 0),
        moved_at=at(given.pop("moved"), zone) if "moved" in given else None,
        stopped=frozenset(given.pop("stopped", ())),
    )
    assert not given, f"{story}: unknown {sorted(given)}"
    return made


def at(text: object, zone: str) -> datetime:
    """A wall time of the person, or an instant that ends in Z."""
    day, clock = re.split("[T ]", str(text))
    if clock.endswith("Z"):
        return datetime.fromisoformat(f"{day}T{clock[:-1]}+00:00")
    found = schedule.instant(date.fromisoformat(day), minutes(clock[:5]), zone)
    assert found is not None
    return found + timedelta(seconds=int(clock[6:] or 0))


def minutes(clock: str) -> int:
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


def mask(names: str | None) -> int:
    """A set of weekdays; every day when none is named."""
    return sum(1 << WEEKDAYS.index(name) for name in (names or " ".join(WEEKDAYS)).split())


def _hours(text: str | None, default: tuple[int, int]) -> tuple[int, int]:
    if text in (None, "none"):
        return default if text is None else (0, 0)
    start, end = map(minutes, str(text).split("-"))
    return start, end


def _rule(line: str, number: int, zone: str) -> Rule:
    read = REMINDER.fullmatch(line)
    assert read, line
    one_time = read["on_day"] or read["at"]
    return Rule(
        UUID(int=number),
        read["kind"],
        minutes(read["minute"]) if read["minute"] else None,
        None if one_time else mask(read["days"]),
        date.fromisoformat(read["on_day"]) if read["on_day"] else None,
        LONG_AGO,
        every=int(read["every"]) if read["every"] else None,
        at=at(read["at"], zone) if read["at"] else None,
        until=at(read["until"], zone) if read["until"] else None,
        crosses_quiet=bool(read["crosses"]),
    )


def _pause(line: str) -> Pause:
    first, last, wanted = re.split(" to |, ", line)
    return Pause(date.fromisoformat(first), date.fromisoformat(last), "away", wanted)  # type: ignore[arg-type]


def _sent(line: str, zone: str) -> Sent:
    kind, _, when = line.partition(" ")
    return Sent(kind, at(when, zone))


def _line(moment: Moment, verdict: Verdict, local: Local, dated: bool) -> str:
    nominal = datetime.combine(moment.day, datetime.min.time()) + timedelta(minutes=moment.slot)
    if moment.rule.at is not None:
        nominal = moment.rule.at.astimezone(schedule.zone(local.zone)).replace(tzinfo=None)
    fire = verdict.fire_at.astimezone(schedule.zone(local.zone)).replace(tzinfo=None)
    day = f"{nominal:%Y-%m-%d} " if dated else ""
    return f"{day}{nominal:%H:%M} {moment.rule.kind} " + "".join(_outcome(verdict, nominal, fire))


def _outcome(verdict: Verdict, nominal: datetime, fire: datetime) -> Iterator[str]:
    if verdict.state == "left_out":
        yield f"left out ({verdict.reason})"
        return
    yield {"due": "sent", "expired": "too late"}[verdict.state]
    if verdict.state == "due" and fire != nominal:
        parts: Sequence[str] = (
            f"{fire:%Y-%m-%d}" if fire.date() != nominal.date() else "",
            f"{fire:%H:%M:%S}" if fire.second else f"{fire:%H:%M}",
        )
        yield " " + " ".join(filter(None, parts))
    if not verdict.push:
        yield ", only in the inbox"

"""Red flags -> lock level and card: the only code that does so, for request, worker and the phone's table.

A lock never ends here; only a release, recorded by a clinician, ends one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from programs.catalog import Catalog, FlagLevel, RedFlag, When
from programs.words import NO_PLAN_REASONS, Words

Answer = Literal["no", "yes", "unsure", "known"]
Level = Literal["none", "SOON", "unanswered", "NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY"]

LEVELS: tuple[Level, ...] = ("none", "SOON", "unanswered", "NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY")
OPEN: tuple[Level, ...] = ("none", "SOON")  # the levels that serve exercises; SOON only those of level 1


@dataclass(frozen=True, slots=True)
class Lock:
    """One flag that stands: its level, the day it was raised, the last day to be seen (or no clock)."""

    flag: str
    level: Level
    since: date
    due: date | None


@dataclass(frozen=True, slots=True)
class Card:
    """A titled text to show, and the answers it offers, if any."""

    title: str
    text: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a lock shows: what to do now, and until someone has seen the person (walking, work ...)."""

    level: Level
    title: str
    now: str
    until: Mapping[str, str]
    notes: tuple[str, ...]  # one for each flag
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A safety question and the level of each answer: no, yes, unsure, and where they exist known, severe.

    `unsure_again`: what "unsure" means to someone who was unsure of it on an earlier day.
    """

    flag: str
    when: tuple[When, ...]  # of the moments asked about, those it belongs to
    screen: str  # the title it stands under
    question: str
    plainer: str
    severe: str | None
    until: str
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class Gate:
    """The day's red-flag card with all a phone without a network needs to open or close itself."""

    version: str
    items: tuple[Question, ...]
    answers: Mapping[str, str]  # the words on the buttons
    open_levels: tuple[Level, ...]
    advice: Mapping[Level, Advice]
    safety_net: Card
    emergency_numbers: Mapping[str, tuple[str, ...]]
    any_country: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """What one card of answers raises: locks, and flags to ask again in plainer words (closed till then)."""

    locks: tuple[Lock, ...] = ()
    ask_again: tuple[str, ...] = ()


def worst(levels: Iterable[Level]) -> Level:
    """The worst of some levels; "none" of nothing."""
    return max(levels, key=LEVELS.index, default="none")


def lock(flag: str, day: date, catalog: Catalog, level: FlagLevel | None = None) -> Lock:
    """The lock of a red flag raised on a day, at its own level or a given one (worse branch, finding)."""
    item = catalog.red_flags[flag]
    raised_at = level or item.level
    days = catalog.level_days[raised_at]
    if raised_at == "SOON" and item.within_days is not None:
        days = item.within_days
    return Lock(flag, raised_at, day, day + timedelta(days=days))


def raised(
    answers: Mapping[str, Answer],
    severe: frozenset[str],
    *,
    day: date,
    cancer_ever: bool,
    unsure_before: frozenset[str],
    onboarding: bool,
    catalog: Catalog,
) -> Raised:
    """What the answers of one card raise. `severe`: flags whose worse branch applies, a yes by itself.

    `unsure` is yes where the flag says so; else it closes the day, and is yes if it was so on an earlier day
    (`unsure_before`). `known` (long-standing, checked by a doctor) is SOON at onboarding, yes at other times.
    Raises ValueError for a flag that does not exist.
    """
    if unknown := sorted((answers.keys() | severe) - catalog.red_flags.keys()):
        raise ValueError(f"{unknown[0]}: is no red flag")
    locks: dict[str, Lock] = {}
    ask_again = []
    for key, flag in catalog.red_flags.items():
        answer: Answer = "yes" if key in severe else answers.get(key, "no")
        level = _level(flag, answer, severe=key in severe, again=key in unsure_before, onboarding=onboarding)
        if level == "unanswered":
            ask_again.append(key)
        elif level != "none":
            _keep_worse(locks, lock(key, day, catalog, level))
            if cancer_ever and flag.with_cancer and answer != "known":
                _keep_worse(locks, lock(flag.with_cancer, day, catalog))
    return Raised(tuple(locks.values()), tuple(ask_again))


def _level(
    flag: RedFlag, answer: Answer, *, severe: bool, again: bool, onboarding: bool
) -> FlagLevel | Literal["none", "unanswered"]:
    if answer == "no":
        return "none"
    if answer == "known" and onboarding:
        return "SOON"
    if answer == "unsure" and not (flag.counts_unsure or again):
        return "unanswered"
    return flag.severe_level if severe and flag.severe_level else flag.level


def _keep_worse(locks: dict[str, Lock], new: Lock) -> None:
    old = locks.get(new.flag)
    if old is None or LEVELS.index(new.level) > LEVELS.index(old.level):
        locks[new.flag] = new


def questions(
    when: Iterable[When],
    conditions: frozenset[str],
    catalog: Catalog,
    locale: str,
    *,
    cancer_ever: bool,
    unsure_before: frozenset[str] = frozenset(),
) -> tuple[Question, ...]:
    """The safety questions of some moments ("D" each day, "O" onboarding, ...) for a person, in order."""
    words, moments = catalog.in_language(locale), tuple(when)

    def level(answer: Answer, severe: frozenset[str] = frozenset(), again: frozenset[str] = unsure_before) -> Level:
        one = raised(
            {key: answer}, severe, day=date.min, cancer_ever=cancer_ever, unsure_before=again,
            onboarding="O" in moments, catalog=catalog,
        )  # fmt: skip
        return "unanswered" if one.ask_again else worst(lock.level for lock in one.locks)

    asked = []
    for key, flag in catalog.red_flags.items():
        when = tuple(moment for moment in moments if flag.asked(moment, conditions))
        if not when:
            continue
        levels = {"no": level("no"), "yes": level("yes"), "unsure": level("unsure")}
        levels["unsure_again"] = level("unsure", again=frozenset([key]))
        if "O" in moments:
            levels["known"] = level("known")
        if flag.severe_level:
            levels["severe"] = level("yes", frozenset([key]))
        said = {part: words.word(f"red_flags.{key}.{part}") for part in ("question", "plainer", "until")}
        worse = words.word(f"red_flags.{key}.severe") if flag.severe_level else None
        screen = words.word(f"red_flags.screens.{flag.screen}")
        asked.append(Question(key, when, screen, severe=worse, levels=levels, **said))
    return tuple(asked)


def moments(asked: Mapping[str, date], began: date, day: date, catalog: Catalog) -> tuple[When, ...]:
    """Which questions a day's card holds: the daily ones, and the weekly and monthly ones when they are due.

    Due counts from the last answer, or from the onboarding, so that a missed week is asked on the next day.
    """
    numbers = catalog.constants.card
    due: list[When] = ["D"]
    if (day - asked.get("W", began)).days >= numbers.weekly_days:
        due.append("W")
    if (day - asked.get("M", began)).days >= numbers.monthly_days:
        due.append("M")
    return tuple(due)


def gate(
    conditions: frozenset[str],
    catalog: Catalog,
    locale: str,
    *,
    cancer_ever: bool,
    unsure_before: frozenset[str] = frozenset(),
    when: Iterable[When] = ("D",),
) -> Gate:
    """The gate of a day: its questions, and every text and number an answer may need."""
    words = catalog.in_language(locale)
    return Gate(
        version=f"{catalog.version}+{catalog.content_hash[:12]}",
        items=questions(when, conditions, catalog, locale, cancer_ever=cancer_ever, unsure_before=unsure_before),
        answers=words.under("red_flags.answers"),
        open_levels=OPEN,
        advice={level: advice(level, (), catalog, locale) for level in LEVELS if level != "none"},
        safety_net=card("SAFETY_NET", words),
        emergency_numbers=catalog.countries,
        any_country=catalog.any_country,
    )


def advice(level: Level, flags: Iterable[str], catalog: Catalog, locale: str) -> Advice:
    """What to show at a level other than "none", for the flags that stand (or reasons for no plan)."""
    words, standing = catalog.in_language(locale), tuple(flags)
    reason = next((flag for flag in standing if level == "NO_PLAN" and flag in NO_PLAN_REASONS), level)
    known = [catalog.red_flags[flag] for flag in standing if flag in catalog.red_flags]
    return Advice(
        level=level,
        title=words.word(f"levels.{reason}.title"),
        now=words.word(f"levels.{reason}.now"),
        until=words.under(f"levels.{level}.until"),
        notes=tuple(words.word(f"red_flags.{flag.id}.until") for flag in known),
        cards=tuple(card(flag.card, words) for flag in known if flag.card),
    )


def card(name: str, words: Words) -> Card:
    """A card of the words by its name, such as "FLARE"."""
    said = {part: words.word(f"cards.{name}.{part}") for part in ("title", "text")}
    return Card(**said, choices=words.under(f"cards.{name}.choices"))

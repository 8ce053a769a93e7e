"""Every red flag under every answer, and the gate that a phone without a network follows."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import canonical, catalog, triage
from programs.triage import LEVELS, Answer, Gate, Level, Lock

CONTENT = catalog.load()
DAY = date(2026, 3, 2)

# Written out from the clinical source, apart from the content: level, and the level of the worse branch.
LEVEL: dict[str, Level] = {
    "RF01": "EMERGENCY", "RF02": "EMERGENCY", "RF03": "EMERGENCY", "RF04": "EMERGENCY", "RF05a": "URGENT",
    "RF05b": "EMERGENCY", "RF06a": "URGENT", "RF06b": "URGENT", "RF07": "URGENT", "RF08a": "EMERGENCY",
    "RF08b": "URGENT", "RF09a": "URGENT", "RF09b": "EMERGENCY", "RF10a": "URGENT", "RF10b": "EMERGENCY",
    "RF11": "SOON_HOLD", "RF12": "SOON", "RF13": "EMERGENCY", "RF14": "EMERGENCY", "RF15": "URGENT",
    "RF16": "URGENT", "RF17": "EMERGENCY", "RF18": "SOON", "RF19": "SOON", "RF20": "URGENT",
    "RF21": "EMERGENCY", "RF22": "URGENT", "RF23": "SOON", "RF24": "EMERGENCY", "RF25": "SOON",
}  # fmt: skip
SEVERE: dict[str, Level] = {
    "RF06a": "EMERGENCY", "RF07": "EMERGENCY", "RF15": "EMERGENCY", "RF20": "EMERGENCY", "RF23": "URGENT",
}  # fmt: skip
DAYS = {"EMERGENCY": 0, "URGENT": 1, "SOON_HOLD": 7, "SOON": 7}
EVERYONE_DAILY = {"RF01", "RF02", "RF03", "RF04", "RF05a", "RF05b", "RF06a", "RF10b", "RF13", "RF14"}


def answer(
    answers: dict[str, Answer],
    *,
    severe: tuple[str, ...] = (),
    cancer_ever: bool = False,
    unsure_before: tuple[str, ...] = (),
    onboarding: bool = False,
) -> triage.Raised:
    return triage.raised(
        answers,
        frozenset(severe),
        day=DAY,
        cancer_ever=cancer_ever,
        unsure_before=frozenset(unsure_before),
        onboarding=onboarding,
        catalog=CONTENT,
    )


def levels(raised: triage.Raised) -> dict[str, str]:
    return {lock.flag: lock.level for lock in raised.locks}


def test_the_table_names_every_flag() -> None:
    assert LEVEL.keys() == CONTENT.red_flags.keys()
    assert SEVERE.keys() == {key for key, flag in CONTENT.red_flags.items() if flag.severe_level}


@pytest.mark.parametrize("flag", LEVEL)
def test_yes_locks_at_the_flags_own_level_with_its_clock(flag: str) -> None:
    days = 14 if flag == "RF19" else DAYS[LEVEL[flag]]

    assert answer({flag: "yes"}).locks == (Lock(flag, LEVEL[flag], DAY, DAY + timedelta(days=days)),)


@pytest.mark.parametrize("flag", LEVEL)
def test_no_raises_nothing(flag: str) -> None:
    assert answer({flag: "no"}) == triage.Raised()


@pytest.mark.parametrize("flag", LEVEL)
def test_unsure_is_yes_for_emergencies_and_for_a_weak_leg_else_it_is_asked_again(flag: str) -> None:
    raised = answer({flag: "unsure"})

    if LEVEL[flag] == "EMERGENCY" or flag == "RF06a":
        assert levels(raised) == {flag: LEVEL[flag]}
        assert raised.ask_again == ()
    else:
        assert raised == triage.Raised(ask_again=(flag,))


@pytest.mark.parametrize("flag", LEVEL)
def test_unsure_on_a_second_day_is_yes(flag: str) -> None:
    assert levels(answer({flag: "unsure"}, unsure_before=(flag,))) == {flag: LEVEL[flag]}


@pytest.mark.parametrize("flag", LEVEL)
def test_long_standing_and_checked_is_soon_at_onboarding_and_yes_at_any_other_time(flag: str) -> None:
    assert levels(answer({flag: "known"}, onboarding=True)) == {flag: "SOON"}
    assert levels(answer({flag: "known"})) == {flag: LEVEL[flag]}


@pytest.mark.parametrize("flag", LEVEL)
def test_the_worse_branch_locks_harder_where_there_is_one(flag: str) -> None:
    expected = SEVERE.get(flag, LEVEL[flag])
    raised = answer({flag: "yes"}, severe=(flag,))

    assert levels(raised) == {flag: expected}
    if flag in SEVERE:
        assert raised.locks[0].due == DAY + timedelta(days=DAYS[expected])


@pytest.mark.parametrize("unclear", ["no", "unsure", "known"])
def test_the_worse_branch_is_a_yes_whatever_stands_beside_it(unclear: Answer) -> None:
    assert levels(answer({"RF06a": unclear}, severe=("RF06a",))) == {"RF06a": "EMERGENCY"}
    assert levels(answer({}, severe=("RF23",), onboarding=True)) == {"RF23": "URGENT"}


@pytest.mark.parametrize("flag", ["RF06a", "RF07"])
def test_a_weak_leg_or_unsteadiness_after_cancer_is_an_emergency_of_its_own(flag: str) -> None:
    assert levels(answer({flag: "yes"}, cancer_ever=True)) == {flag: "URGENT", "RF09b": "EMERGENCY"}
    assert "RF09b" not in levels(answer({flag: "known"}, cancer_ever=True, onboarding=True))
    assert levels(answer({"RF23": "yes"}, cancer_ever=True)) == {"RF23": "SOON"}


def test_each_flag_stands_once_at_its_worst() -> None:
    raised = answer({"RF06a": "yes", "RF07": "yes", "RF09b": "known"}, cancer_ever=True, onboarding=True)

    assert levels(raised) == {"RF06a": "URGENT", "RF07": "URGENT", "RF09b": "EMERGENCY"}


def test_one_unclear_answer_does_not_hide_a_clear_one() -> None:
    raised = answer({"RF11": "unsure", "RF02": "yes", "RF12": "yes"})

    assert levels(raised) == {"RF02": "EMERGENCY", "RF12": "SOON"}
    assert raised.ask_again == ("RF11",)


def test_a_flag_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match=r"^RF99: is no red flag$"):
        answer({"RF99": "yes"})
    with pytest.raises(ValueError, match=r"^RF98: is no red flag$"):
        answer({}, severe=("RF98",))


@given(
    st.dictionaries(st.sampled_from(sorted(LEVEL)), st.sampled_from(["no", "yes", "unsure", "known"])),
    st.sampled_from(sorted(LEVEL)),
    st.booleans(),
    st.booleans(),
)
def test_one_more_yes_never_lowers_the_level(
    answers: dict[str, Answer], flag: str, cancer_ever: bool, onboarding: bool
) -> None:
    def worst(given: dict[str, Answer]) -> Level:
        raised = answer(given, cancer_ever=cancer_ever, onboarding=onboarding)
        closed: tuple[Level, ...] = ("unanswered",) if raised.ask_again else ()
        return triage.worst((*closed, *(lock.level for lock in raised.locks)))

    before = worst({**answers, flag: "no"})
    assert LEVELS.index(worst({**answers, flag: "yes"})) >= LEVELS.index(before)


def test_the_worst_level_is_the_one_that_stands() -> None:
    assert triage.worst([]) == "none"
    assert triage.worst(["SOON", "unanswered"]) == "unanswered"
    assert triage.worst(["NO_PLAN", "SOON_HOLD", "unanswered"]) == "SOON_HOLD"
    assert triage.worst(["URGENT", "EMERGENCY", "SOON"]) == "EMERGENCY"


def test_a_finding_may_raise_a_flag_at_a_level_of_its_own() -> None:
    assert triage.lock("RF23", DAY, CONTENT, "URGENT") == Lock("RF23", "URGENT", DAY, DAY + timedelta(days=1))
    assert triage.lock("RF06b", DAY, CONTENT).level == "URGENT"


# --- the gate


def gate(*conditions: str, cancer_ever: bool = False, unsure_before: tuple[str, ...] = ()) -> Gate:
    return triage.gate(
        frozenset(conditions), CONTENT, "en", cancer_ever=cancer_ever, unsure_before=frozenset(unsure_before)
    )


def asked(*conditions: str) -> set[str]:
    return {item.flag for item in gate(*conditions).items}


def test_the_daily_card_asks_everyone_the_same_and_some_a_little_more() -> None:
    assert asked() == EVERYONE_DAILY
    assert asked("OSTP", "BAL", "STEN") == EVERYONE_DAILY
    assert asked("RAD") == EVERYONE_DAILY | {"RF23"}
    assert asked("SURG") == EVERYONE_DAILY | {"RF15", "RF20"}
    assert asked("PREG", "RAD") == EVERYONE_DAILY | {"RF21", "RF23"}


def test_onboarding_asks_more_and_knows_what_was_checked_long_ago() -> None:
    items = triage.questions(["O"], frozenset(["STEN"]), CONTENT, "en", cancer_ever=False)

    assert {"RF08a", "RF16", "RF19", "RF25"} <= {item.flag for item in items}
    assert {item.levels["known"] for item in items} == {"SOON"}
    assert len({item.screen for item in items}) == 5


def test_every_flag_is_asked_at_some_moment_of_someone() -> None:
    everyone = frozenset(["RAD", "STEN", "SURG", "PREG"])
    moments: tuple[catalog.When, ...] = ("O", "D", "W", "M", "event", "session", "mood")

    items = triage.questions(moments, everyone, CONTENT, "en", cancer_ever=False)
    assert [item.flag for item in items] == list(LEVEL)


@pytest.mark.parametrize("cancer_ever", [False, True])
@pytest.mark.parametrize("unsure_before", [(), tuple(LEVEL)])
def test_the_phones_table_says_what_the_server_would(cancer_ever: bool, unsure_before: tuple[str, ...]) -> None:
    for item in gate("RAD", "SURG", "PREG", cancer_ever=cancer_ever, unsure_before=unsure_before).items:
        for word, level in item.levels.items():
            severe = (item.flag,) if word == "severe" else ()
            said: Answer = "yes" if word == "severe" else word  # type: ignore[assignment]
            raised = answer({item.flag: said}, severe=severe, cancer_ever=cancer_ever, unsure_before=unsure_before)
            expected = triage.worst(lock.level for lock in raised.locks)
            assert level == ("unanswered" if raised.ask_again else expected)


def test_a_weak_leg_after_cancer_is_an_emergency_on_the_phone_too() -> None:
    by_flag = {item.flag: item.levels["yes"] for item in gate(cancer_ever=True).items}

    assert by_flag["RF06a"] == "EMERGENCY"


def test_the_gate_carries_all_a_phone_needs_and_fits_into_json() -> None:
    card = gate("RAD")
    data = json.loads(canonical.dumps(card))

    assert canonical.from_json(Gate, data) == card
    assert card.version.startswith(CONTENT.version)
    assert card.open_levels == ("none", "SOON")
    assert card.answers["none_new"] == "None of these is new"
    assert card.advice.keys() == set(LEVELS) - {"none"}
    assert card.emergency_numbers["GB"] == ("999", "112")
    assert card.any_country == ("112",)
    assert "numbness between the legs" in card.safety_net.text
    assert all((item.severe is None) == ("severe" not in item.levels) for item in card.items)


def test_the_gates_version_changes_with_the_content() -> None:
    other = triage.gate(frozenset(), CONTENT.only(["T05"]), "en", cancer_ever=False)

    assert other.version != gate().version


# --- what a lock shows


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "none"])
def test_every_level_says_what_to_do_now_and_until_someone_has_looked(level: Level) -> None:
    shown = triage.advice(level, (), CONTENT, "en")

    assert shown.title and shown.now
    assert list(shown.until) == ["walking", "work", "driving", "sleep", "medicines"]
    assert "medicines" in shown.until["medicines"]


def test_a_lock_shows_a_note_for_each_flag_and_the_crisis_card_for_thoughts_of_dying() -> None:
    shown = triage.advice("EMERGENCY", ["RF24", "RF02"], CONTENT, "en")

    assert len(shown.notes) == 2
    assert [card.title for card in shown.cards] == ["You are not alone"]


@pytest.mark.parametrize("reason", ["AGE", "BP", "SPLI", "RETURN", "NO_PROGRAM"])
def test_no_plan_says_its_own_reason(reason: str) -> None:
    assert triage.advice("NO_PLAN", [reason], CONTENT, "en").title != (
        triage.advice("NO_PLAN", [], CONTENT, "en").title
    )


def test_a_card_is_found_by_its_name() -> None:
    words = CONTENT.words["en"]

    assert triage.card("FLARE", words).title == "A bad spell, and it will pass"
    assert list(triage.card("BARRIER_QUESTION", words).choices) == ["time", "pain", "forgot", "unsure", "unwell"]

"""The words of a case file: which keys and values it may hold. Anything else is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from programs.catalog import Equipment


def _table(rows: Mapping[Any, str]) -> dict[Any, frozenset[str]]:
    return {key: frozenset(words.split()) for key, words in rows.items()}


DAYS_MOST = 2000
LINES_MOST = 2000
RULE = re.compile(
    r"P[1-5]|C[1-6]|G[1-4]|D[12]|F[1-3]|M[1-5]|T[12]|A[1-4]|W[1-5]|E[1-7]|R[12]|O|MC|BL|BMI|S"
    r"|LS[1-7]|WT[1-6]|N([1-9]|1[0-5])|I([1-9]|1[0-9]|20)|T(0[1-9]|1[0-4])|RF[0-9]{2}[ab]?"
    r"|RMDQ|ODI|PSFS|STARTBACK|PSEQ2|PHQ9|NPRS_BACK|NPRS_LEG|WALK_TIME"
    r"|RAD|IRR|STEN|SPLI|OSTP|PREG|POST|SURG|ACU|BAL|HTN"
)
DEFAULT_PATIENT: Mapping[str, Any] = {
    "age": 40, "height_cm": 170, "weight_kg": 65, "back_average": 3, "back_worst": 5, "leg": 0, "location": 0,
    "duration_days": 120, "conditions": [], "provoked_minutes": 0, "sleep_lost_nights": 0, "eased_by_sitting": False,
    "pregnancy_week": None, "birth": None, "surgery": None, "cancer_ever": False, "eating_disorder": False,
    "lifting_goal": False, "equipment": sorted(get_args(Equipment)), "minutes": 30, "sit_h": 3, "stand_h": 1,
    "bend_h": 0, "weight_consent": False, "weight_scheme": "who", "weight_goal": "none",
}  # fmt: skip
ONLY_WITH = {"spli_grade": "SPLI", "blood_pressure": "HTN"}
ENDS = {"pregnancy_week": "pregnancy_day", "birth": "birth", "surgery": "surgery"}
STATE = {
    "items", "week", "base_morning", "adherence7", "adherence14", "mode", "mode_since", "flares", "last_session",
    "last_progress", "direction", "direction_locks", "steps",
}  # fmt: skip
EVENTS: Mapping[str, frozenset[str]] = _table({
    "session": "pre peak leg_pre leg_post leg_minutes loc_pre loc_post loc_minutes by done rpe hurt items",
    "morning": "pain leg sleep_lost numbness worst tasks_stopped",
    "checkin": "answers severe answered",
    "release": "flag by",
    "motor": "left right",
    "steps": "count",
    "weight": "kg",
    "instrument": "name score applies answered items",
    "condition": "set",
    "override": "field value reason until",
    "assign": "program exercises",
    "direction_test": "direction loc_before loc_after pain_before pain_after held_minutes",
    "flare": "",
    "belt": "action minutes_week problem",
    "absence": "cause",
    "approval": "exercise approved dose reason",
    "withdraw": "field value",
    "measure": "name kind_of exercise ends",
    "away": "first last cause wanted",
    "resume": "",
    "close": "care",
    "settle": "referral rule refer",
})  # fmt: skip
# Words of a case -> kinds of the log.
KINDS = {
    "instrument": "questionnaire", "assign": "assigned", "withdraw": "withdrawn", "measure": "measured",
    "resume": "resumed", "close": "closed", "settle": "settled",
}  # fmt: skip
CLINICIANS = ("assign", "override", "condition", "approval", "withdraw", "measure", "close", "settle")
# What a day is asked for: `is` -> its keys.
EXPECTED: Mapping[str, frozenset[str]] = _table({
    "lock": "level flag within_days",
    "program": "id adds",
    "planned": "exercises",
    "not_planned": "exercises",
    "served": "exercises exactly",
    "not_served": "exercises",
    "routine": "max_exercises min_exercises max_minutes max_level categories",
    "dose": "exercise sets amount",
    "decision": "exercise change rule zone streak",
    "mode": "value rule",
    "direction": "value test_next",
    "direction_locked": "direction free_on",
    "steps_goal": "goal",
    "walk": "minutes",
    "referral": "kind within_days within_working_days rule",
    "no_referral": "kind",
    "response": "class",
    "score": "name value valid psych class",
    "override": "field accepted reason",
    "waiting": "about kind becomes",
    "not_waiting": "about",
    "paused": "until",
    "card": "name",
    "weight": "bmi class offered loss_advised held",
    "belt": "status minutes_week",
    "bending_limit": "angle minutes",
})  # fmt: skip
WORDS: Mapping[str, frozenset[str]] = _table({
    "level": "none SOON unanswered NO_PLAN SOON_HOLD URGENT EMERGENCY",
    "change": "progress level_up maintain maintained regress level_down removed",
    "zone": "green amber red",
    "kind": "PHYSIO_REVIEW PHYSIO_CALL FIRST_CONTACT CLINICIAN_SOON CLINICIAN REFER_SPINE",
    "test_next": "extension flexion none",
})  # fmt: skip
WORDS_OF: Mapping[tuple[str, str], frozenset[str]] = _table({
    ("mode", "value"): "normal flare after_flare deload dormant",
    ("direction", "value"): "extension flexion none unknown",
    ("direction_locked", "direction"): "extension flexion",
    ("response", "class"): "responder partial non worse",
    ("belt", "status"): "none offered refused wear wean stopped",
    ("weight", "class"): "under healthy overweight obesity",
    ("override", "reason"): "OUT_OF_RANGE HARD_BLOCK NO_REASON TOO_LONG PROTECTED CONDITION NEEDS_NOTE NOT_NOW"
        " NOT_WAITING",
    ("waiting", "kind"): "raise level_up exercise block program steps walk",
    ("card", "name"): "RED_FLAGS SAFETY_NET CRISIS FLARE BARRIER_QUESTION PRAISE PLATEAU LOSS_TOO_FAST WEIGHT_PLATEAU"
        " STRENGTH_PROTEIN",
})  # fmt: skip
NOT_RED_FLAGS = frozenset({"AGE", "BP", "SPLI", "RETURN", "CLOSED"})  # other flags of a lock
ANSWERS = {True: "yes", False: "no"}  # YAML's yes and no

"""The answer that keeps a phone going for a week. It goes out as ready bytes; this describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marshmallow import fields

from coach.api.schemas.accounts import Me
from coach.api.schemas.contact import VisitAnswer
from coach.api.schemas.fields import Strict, Tolerant, counted
from coach.api.schemas.plans import EntryAnswer, RoutineDay, lock_cards
from coach.api.schemas.reminders import InboxItem, ReminderAnswer, UpcomingAnswer
from coach.api.schemas.values import Value
from coach.services.escalation import Told
from programs import asking, catalog, triage
from programs.variants import VariantRules


class SyncRequest(Strict):
    since = counted(
        0, 2**31 - 1, metadata={"description": "`since` of the last answer; entries of before are left out"}
    )
    device = fields.UUID(metadata={"description": "this device, so that it may go on showing its own timers"})


class SyncMe(Me):
    onboarded = fields.Boolean(required=True, metadata={"description": "false: the intake comes first"})


class SyncLock(Tolerant):
    """What closes the exercises, with all that must be shown then."""

    level = fields.String(required=True, metadata={"description": "worst standing level; none or SOON serve exercises"})
    cards = lock_cards()
    told = Value(Told | None, required=True, metadata={"description": "who hears of the lock, who is next, who saw it"})


@dataclass(frozen=True)
class WeekGate(triage.Gate):
    """One gate for the week. A day asks the questions whose `when` is among its `asks`.

    `unsure`: since when flags have been unsure. On a later day "unsure" means `unsure_again`; a phone adds its own.
    `asked`: when the weekly (W) and monthly (M) questions were last answered; due again after `every_days`.
    """

    levels: tuple[triage.Level, ...]  # from best to worst
    unsure: Mapping[str, date]
    asked: Mapping[str, date]
    every_days: Mapping[str, int]


class SyncDay(RoutineDay):
    asks = Value(tuple[catalog.When, ...], required=True, metadata={"description": "which questions of the gate"})
    answered = fields.Boolean(required=True, metadata={"description": "the day's gate is open already"})


class SyncEntry(EntryAnswer):
    seq = fields.Integer(required=True, metadata={"description": "its number in your log"})


class SyncReminders(Tolerant):
    own = fields.List(fields.Nested(ReminderAnswer), required=True)
    upcoming = fields.List(
        fields.Nested(UpcomingAnswer), required=True, metadata={"description": "of the next seven days"}
    )
    stopped = fields.List(fields.String(), required=True, metadata={"description": "kinds you want no more of"})


class SyncAnswer(Tolerant):
    """The whole state as of `server_time`. The ETag leaves that time out."""

    server_time = fields.AwareDateTime(required=True)
    since = fields.Integer(required=True, metadata={"description": "send it with the next call"})
    more = fields.Boolean(required=True, metadata={"description": "there are more entries: call again with `since`"})
    entries = fields.List(
        fields.Nested(SyncEntry), required=True, metadata={"description": "reported since, from any device"}
    )
    me = fields.Nested(SyncMe, required=True)
    lock = fields.Nested(SyncLock, required=True)
    gate = Value(WeekGate, required=True)
    days = fields.List(fields.Nested(SyncDay), required=True, metadata={"description": "today and the six after it"})
    variant_rules = Value(VariantRules, required=True)
    due = fields.List(Value(asking.Due), required=True, metadata={"description": "what waits for an answer"})
    lesson = fields.String(required=True, allow_none=True, metadata={"description": "the lesson of today"})
    reminders = fields.Nested(SyncReminders, required=True)
    inbox = fields.List(fields.Nested(InboxItem), required=True, metadata={"description": "the newest ones"})
    visits = fields.List(fields.Nested(VisitAnswer), required=True, metadata={"description": "planned, the next first"})
    unread = fields.Integer(required=True, metadata={"description": "messages of your clinic not read yet"})
    content = fields.String(
        required=True, metadata={"description": "hash of the content; when it changes, fetch the library again"}
    )

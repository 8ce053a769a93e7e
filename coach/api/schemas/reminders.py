"""Reminders, the inbox and devices on the wire."""

from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, Whole, text, whole, word
from coach.services.snooze import MINUTES


class ReminderTime(Strict):
    minute = whole(0, 1439, required=True, metadata={"description": "local minute of the day"})
    days = whole(1, 127, load_default=127, metadata={"description": "bit mask, Monday = 1"})


class NewReminder(ReminderTime):
    kind = word("routine", "checkin", required=True)


class ReminderAnswer(Tolerant):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    minute = fields.Integer(required=True)
    days = fields.Integer(required=True, allow_none=True)


class ReminderList(Tolerant):
    reminders = fields.List(fields.Nested(ReminderAnswer), required=True)
    upcoming = fields.List(fields.Nested("UpcomingAnswer"), required=True)


class UpcomingAnswer(Tolerant):
    """For a phone that shows it by itself, under the same name."""

    collapse_id = fields.String(required=True)
    kind = fields.String(required=True)
    fire_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class SnoozeRequest(Strict):
    minutes = Whole(required=True, validate=validate.OneOf(MINUTES))


class SnoozeAnswer(Tolerant):
    fire_at = fields.AwareDateTime(required=True)


class InboxPage(Strict):
    before = fields.AwareDateTime(metadata={"description": "`at` of the oldest one seen"})


class InboxItem(Tolerant):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class Inbox(Tolerant):
    items = fields.List(fields.Nested(InboxItem), required=True)


class Subscription(Strict):
    """A Web Push subscription, as a browser or a UnifiedPush distributor gives it."""

    endpoint = text(1024, required=True)
    p256dh = text(100, required=True)
    auth = text(30, required=True)


class PushKey(Tolerant):
    public_key = fields.String(required=True, allow_none=True, metadata={"description": "null = Web Push is off"})

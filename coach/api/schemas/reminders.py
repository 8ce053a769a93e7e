"""Reminders, the inbox and devices on the wire."""

from typing import Any

from apispec import APISpec
from marshmallow import ValidationError, fields, validate

from coach.api.schemas.fields import Strict, Tolerant, Whole, YesNo, text, whole, word
from coach.models.reminders import KINDS
from coach.services.reminders import EVERY
from coach.services.snooze import MINUTES
from programs import schedule


class ReminderTime(Strict):
    """A minute on some days of the week or on one date; for breaks instead every so many working minutes."""

    minute = whole(0, 1439, metadata={"description": "local minute of the day"})
    days = whole(1, 127, metadata={"description": "bit mask, Monday = 1; every day when left out"})
    on_day = fields.Date(metadata={"description": "once, on this date"})
    every = whole(*EVERY, metadata={"description": "minutes between two breaks, in working hours"})
    crosses_quiet = YesNo(load_default=False, metadata={"description": "in quiet hours too; only of kind own"})


class NewReminder(ReminderTime):
    kind = word(*schedule.OWN_KINDS, required=True)


class ReminderAnswer(Tolerant):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    minute = fields.Integer(required=True, allow_none=True)
    days = fields.Integer(required=True, allow_none=True)
    on_day = fields.Date(required=True, allow_none=True)
    every = fields.Integer(required=True, allow_none=True)
    crosses_quiet = fields.Boolean(required=True)


class ReminderChanged(ReminderAnswer):
    warning = fields.String(
        required=True, allow_none=True, metadata={"description": "many_a_day: more than two times on some day"}
    )


class SuggestionAnswer(Tolerant):
    """An hour at which you do more sessions; nothing moves by itself."""

    id = fields.UUID(required=True, metadata={"description": "of the reminder"})
    hour = fields.Integer(required=True, metadata={"description": "local hour of the day"})


class Stops(Strict):
    """All kinds that are not wanted; what is not named is wanted again."""

    kinds = fields.List(word(*schedule.KINDS), required=True, validate=validate.Length(max=len(schedule.KINDS)))


class ReminderList(Tolerant):
    reminders = fields.List(fields.Nested(ReminderAnswer), required=True)
    upcoming = fields.List(fields.Nested("UpcomingAnswer"), required=True)
    suggestion = fields.Nested(SuggestionAnswer, required=True, allow_none=True)
    stopped = fields.List(fields.String(), required=True, metadata={"description": "kinds you want no more of"})
    kinds = fields.List(fields.String(), required=True, metadata={"description": "all kinds there are"})


class UpcomingAnswer(Tolerant):
    """For a phone that shows it by itself, under the same name."""

    collapse_id = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "as a push would say it"})
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


class _Device(Strict):
    local_timers = fields.List(
        word(*KINDS),
        load_default=list,
        validate=validate.Length(max=len(KINDS)),
        metadata={"description": "kinds that the device shows by itself, at the times in `upcoming`"},
    )


class WebPushDevice(_Device):
    """A Web Push subscription, as a browser or a UnifiedPush distributor gives it."""

    provider = word("webpush", load_default="webpush")
    endpoint = text(1024, required=True)
    p256dh = text(100, required=True)
    auth = text(30, required=True)


class FcmDevice(_Device):
    """An app that registers with Firebase Cloud Messaging."""

    provider = word("fcm", required=True)
    token = text(1024, required=True)


class ApnsDevice(_Device):
    """An app that registers with Apple's push service."""

    provider = word("apns", required=True)
    token = text(200, required=True, metadata={"description": "in hexadecimal"})
    sandbox = YesNo(load_default=False, metadata={"description": "true for a build that is not from the store"})


DEVICES: dict[str, type[Strict]] = {"webpush": WebPushDevice, "fcm": FcmDevice, "apns": ApnsDevice}


class Device(Strict):
    """One of DEVICES, told by `provider`; Web Push if it is not said."""

    def load(self, data: Any, **options: Any) -> Any:
        provider = data.get("provider", "webpush") if isinstance(data, dict) else "webpush"
        shape = DEVICES.get(provider) if isinstance(provider, str) else None
        if shape is None:
            raise ValidationError({"provider": [f"Must be one of: {', '.join(DEVICES)}."]})
        return shape().load(data, **options)


def describe(spec: APISpec) -> None:
    """Adds `Device` to the document: one shape a provider, told apart by `provider`."""
    for shape in DEVICES.values():
        spec.components.schema(shape.__name__, schema=shape)
    shapes = {name: f"#/components/schemas/{shape.__name__}" for name, shape in DEVICES.items()}
    spec.components.schema("Device", schema=Device)
    described = spec.components.schemas["Device"]
    described.clear()
    described["oneOf"] = [{"$ref": shape} for shape in shapes.values()]
    described["discriminator"] = {"propertyName": "provider", "mapping": shapes}


class PushKey(Tolerant):
    public_key = fields.String(required=True, allow_none=True, metadata={"description": "null = Web Push is off"})

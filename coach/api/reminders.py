"""Reminders: the person's own times, the inbox that is always there, and where pushes go."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import PATIENT, PUBLIC, allow
from coach.api.body import Blueprint
from coach.api.document import in_path
from coach.api.schemas import reminders as wire
from coach.services import access, devices, inbox, reminders, snooze, upcoming
from programs import schedule
from programs.schedule import Rule

COLLAPSE_ID = "its collapse id, as in `upcoming` and the inbox"

blueprint = Blueprint("reminders", __name__, url_prefix="/v1", description="Reminders, inbox, devices")


@blueprint.get("/me/reminders")
@allow(*PATIENT)
@blueprint.response(200, wire.ReminderList)
def own() -> dict[str, Any]:
    """Your reminders, and what is due in the next days with its collapse id."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return {
            "reminders": reminders.own(unit.session, patient.id),
            "upcoming": upcoming.items(unit.session, patient, unit.now, edge.parts().catalog, days=7),
            "suggestion": upcoming.suggestion(unit.session, patient, unit.now),
            "stopped": patient.stopped,
            "kinds": list(schedule.KINDS),
        }


@blueprint.post("/me/reminders")
@allow(*PATIENT)
@blueprint.arguments(wire.NewReminder)
@blueprint.response(201, wire.ReminderChanged)
def create(data: dict[str, Any]) -> dict[str, Any]:
    """Add a reminder at a time of your own, once on a date, or for breaks every so many working minutes."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        made = reminders.create(unit.session, patient, **data, now=unit.now)
        return _changed(unit, made)


@blueprint.put("/me/reminders/<uuid:reminder_id>")
@allow(*PATIENT)
@blueprint.arguments(wire.ReminderTime)
@blueprint.response(200, wire.ReminderChanged)
def change(data: dict[str, Any], reminder_id: UUID) -> dict[str, Any]:
    """Move a reminder; it takes effect at once."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        return _changed(unit, reminders.change(unit.session, patient, reminder_id, **data, now=unit.now))


@blueprint.delete("/me/reminders/<uuid:reminder_id>")
@allow(*PATIENT)
@blueprint.response(204)
def remove(reminder_id: UUID) -> None:
    """End a reminder; it takes effect at once."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        reminders.remove(unit.session, patient, reminder_id, unit.now)


@blueprint.put("/me/reminders/stops")
@allow(*PATIENT)
@blueprint.arguments(wire.Stops)
@blueprint.response(204)
def stop(data: dict[str, Any]) -> None:
    """Say which kinds you want no more of, all of them if you like. What somebody waits for stays in the inbox."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        reminders.stop(unit.session, patient, data["kinds"], unit.now)


@blueprint.post("/me/reminders/<string:occurrence>/snooze", parameters=[in_path("occurrence", COLLAPSE_ID)])
@allow(*PATIENT)
@blueprint.arguments(wire.SnoozeRequest)
@blueprint.response(200, wire.SnoozeAnswer)
def snooze_one(data: dict[str, Any], occurrence: str) -> dict[str, Any]:
    """Be reminded again a little later: at most twice, never into quiet hours."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        return {"fire_at": snooze.snooze(unit.session, patient, occurrence, data["minutes"], unit.now)}


@blueprint.get("/me/inbox")
@allow(*PATIENT)
@blueprint.arguments(wire.InboxPage, location="query")
@blueprint.response(200, wire.Inbox)
def read_inbox(page: dict[str, Any]) -> dict[str, Any]:
    """What you were reminded of, newest first, whether or not a push arrived."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity())
        return {"items": inbox.items(unit.session, patient, unit.now, page.get("before"))}


@blueprint.post("/me/inbox/<string:item>/read", parameters=[in_path("item", COLLAPSE_ID)])
@allow(*PATIENT)
@blueprint.response(204)
def mark_read(item: str) -> None:
    """Say that you have read one."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        inbox.mark_read(unit.session, patient, item, unit.now)


@blueprint.put("/me/devices/<uuid:device_id>", parameters=[in_path("device_id", "made by the phone")])
@allow(*PATIENT)
@blueprint.arguments(wire.Device)
@blueprint.response(204)
def register_device(data: dict[str, Any], device_id: UUID) -> None:
    """Send pushes to this device too; call it at every start of the app."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        devices.register(unit.session, patient, device_id, **data, now=unit.now)


@blueprint.delete("/me/devices/<uuid:device_id>", parameters=[in_path("device_id", "made by the phone")])
@allow(*PATIENT)
@blueprint.response(204)
def remove_device(device_id: UUID) -> None:
    """Send this device nothing more."""
    with edge.unit() as unit:
        patient = access.own_patient(unit.session, edge.identity(), lock=True)
        devices.remove(unit.session, patient.id, device_id, unit.now)


@blueprint.get("/push-key")
@allow(PUBLIC)
@blueprint.response(200, wire.PushKey)
def push_key() -> dict[str, Any]:
    """The key under which a browser subscribes to this service's pushes."""
    return {"public_key": devices.public_key(edge.parts().config.vapid_key_file)}


def _changed(unit: edge.Unit, rule: Rule) -> dict[str, Any]:
    many = reminders.are_many(reminders.own(unit.session, edge.identity().account_id))
    shape = {name: getattr(rule, name) for name in wire.ReminderAnswer._declared_fields}
    return shape | {"warning": "many_a_day" if many else None}

"""Who is on duty, how staff are reached outside the app, and which alerts nobody has seen."""

from typing import Any
from uuid import UUID

from coach.api import edge
from coach.api.auth import STAFF, allow
from coach.api.body import Blueprint
from coach.api.schemas import people as wire
from coach.models.notices import Channel
from coach.services import channels, duty
from programs import canonical

blueprint = Blueprint("duty", __name__, url_prefix="/v1/clinic", description="Who is told of an alert, and how")


@blueprint.get("/duty")
@allow(*STAFF)
@blueprint.response(200, wire.DutyAnswer)
def show() -> duty.Duty:
    """Who is told of an alert, in order."""
    with edge.unit() as unit:
        return duty.read(unit.session, edge.identity())


@blueprint.put("/duty")
@allow(*STAFF)
@blueprint.arguments(wire.DutyChange)
@blueprint.response(200, wire.DutyAnswer)
def change(data: dict[str, Any]) -> duty.Duty:
    """Name them anew. Alerts that wait are told to the new ones at once."""
    with edge.unit() as unit:
        named = duty.change(unit.session, edge.identity(), **data, now=unit.now)
    edge.parts().waker.wake("notices")
    return named


@blueprint.get("/waiting")
@allow(*STAFF)
@blueprint.response(200, wire.WaitingList)
def waiting() -> dict[str, Any]:
    """Alerts that nobody has seen: since when, who was told, who is next. Nothing about the patient."""
    with edge.unit() as unit:
        found = duty.waiting(unit.session, edge.identity(), edge.parts().catalog)
    return {"waiting": [_as_json(each) for each in found]}


@blueprint.get("/channels")
@allow(*STAFF)
@blueprint.response(200, wire.ChannelList)
def own_channels() -> dict[str, Any]:
    """How you are told of an alert outside the app."""
    with edge.unit() as unit:
        return {"channels": channels.own(unit.session, edge.identity().account_id)}


@blueprint.post("/channels")
@allow(*STAFF)
@blueprint.arguments(wire.ChannelRequest)
@blueprint.response(201, wire.NewChannel)
def add_channel(data: dict[str, Any]) -> Channel:
    """Add a webhook. Its notices are signed: see docs/notices.md."""
    with edge.unit() as unit:
        return channels.add_webhook(unit.session, edge.identity().account_id, data["url"], unit.now)


@blueprint.delete("/channels/<uuid:channel_id>")
@allow(*STAFF)
@blueprint.response(204)
def remove_channel(channel_id: UUID) -> None:
    """Remove one; the e-mail address stays."""
    with edge.unit() as unit:
        channels.remove(unit.session, edge.identity().account_id, channel_id)


def _as_json(each: duty.Waiting) -> dict[str, Any]:
    return {"id": each.id, "since": each.since} | {
        name: canonical.to_json(getattr(each, name)) for name in ("steps", "next")
    }

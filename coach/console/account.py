"""One's own account: how one is told of alerts outside the app, and one's visits in a calendar program."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from coach.api import edge
from coach.api.auth import CLINICIAN, STAFF
from coach.console import doors, site
from coach.console.forms import Field, Form, read
from coach.console.site import blueprint, t
from coach.services import channels, feed


@blueprint.get("/account")
@doors.open_to(*STAFF)
def account() -> str:
    with edge.unit() as unit:
        return _account(unit)


@blueprint.post("/account/channels")
@doors.open_to(*STAFF)
def add_channel() -> ResponseReturnValue:
    """Its secret is shown on the answer, and never again."""
    data = read(_channel_form())
    with edge.unit() as unit:
        made = channels.add_webhook(unit.session, edge.identity().account_id, data["url"], unit.now)
        return _account(unit, made=made)


@blueprint.post("/account/calendar")
@doors.open_to(*CLINICIAN)
def make_feed() -> ResponseReturnValue:
    """The address is shown on the answer, and never again; an earlier one is of no more use."""
    with edge.unit() as unit:
        token = feed.make(unit.session, edge.identity().account_id, unit.now)
        return _account(unit, url=feed.address(edge.parts().config.public_url, token))


@blueprint.post("/account/calendar/end")
@doors.open_to(*CLINICIAN)
def end_feed() -> ResponseReturnValue:
    with edge.unit() as unit:
        feed.revoke(unit.session, edge.identity().account_id)
    return site.done(url_for("console.account"), "feed_ended")


@blueprint.post("/account/channels/<uuid:channel_id>/remove")
@doors.open_to(*STAFF)
def remove_channel(channel_id: UUID) -> ResponseReturnValue:
    with edge.unit() as unit:
        channels.remove(unit.session, edge.identity().account_id, channel_id)
    return site.done(url_for("console.account"), "channel_removed")


def _account(unit: edge.Unit, *, made: Any = None, url: str | None = None) -> str:
    """`made` and `url` hold what is shown this once."""
    held = channels.own(unit.session, edge.identity().account_id)
    rows = [(each, _remove_form(each.id) if each.kind != "email" else None) for each in held]
    calendar = _calendar(unit, url) if edge.identity().role in CLINICIAN else None
    return site.page(unit, "account.html", channels=rows, form=_channel_form(), made=made, feed=calendar)


def _calendar(unit: edge.Unit, url: str | None) -> dict[str, Any]:
    since = feed.made_at(unit.session, edge.identity().account_id)
    forms = [Form(url_for("console.make_feed"), t()("feed.renew" if since else "feed.make"))]
    if since:
        forms.append(Form(url_for("console.end_feed"), t()("feed.end"), tone="quiet"))
    return {"url": url, "since": since, "forms": forms}


def _channel_form() -> Form:
    url = Field("url", "text", t()("account.url"), most=channels.ADDRESS_LONGEST, hint=t()("account.url_hint"))
    return Form(url_for("console.add_channel"), t()("account.add"), (url,))


def _remove_form(channel_id: UUID) -> Form:
    return Form(url_for("console.remove_channel", channel_id=channel_id), t()("account.remove"), tone="quiet")

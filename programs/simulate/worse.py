"""A report made worse, for the promise that worse never yields more load (I14)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from programs.catalog import Catalog
from programs.events import Checkin, Event, Morning, Session


def worsened(event: Event, random: Random, catalog: Catalog) -> Event | None:
    """The event with a flag more, or with more pain in session, morning or leg; None if it is of no such kind."""
    body, more = event.body, random.randint(1, 5)
    if isinstance(body, Session):
        if body.leg_post is not None and random.random() < 0.4:
            worse = replace(body, leg_post=min(10, body.leg_post + more), leg_minutes=max(60, body.leg_minutes))
        else:
            worse = replace(body, peak=min(10, body.peak + more))
        return replace(event, body=worse)
    if isinstance(body, Morning):
        if body.leg is not None and random.random() < 0.4:
            return replace(event, body=replace(body, leg=min(10, body.leg + more)))
        return replace(event, body=replace(body, pain=min(10, body.pain + more)))
    if isinstance(body, Checkin):
        flag = random.choice(list(catalog.red_flags))
        return replace(event, body=replace(body, answers={**body.answers, flag: "yes"}))
    return None

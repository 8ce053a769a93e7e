"""A day that begins with another block, and a bad morning that undoes it: what was served today grows no heavier."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from coach.services import log, plans
from programs.events import Event
from programs.plan import Plan
from tests.patients import patient
from tests.programs.logs import START
from tests.programs.stories import CONTENT, good, morning, served, started

DAY = timedelta(days=1)
SEVEN = datetime.combine(START, time(7, 30), UTC)
TODAY = SEVEN + 28 * DAY


@pytest.mark.parametrize(("pain", "held"), [(2, 0), (9, 1)])
def test_a_bad_morning_brings_no_heavier_block_back(session: Session, pain: int, held: int) -> None:
    ana = patient(session, SEVEN - DAY)

    def tell(*lines: Event, at: datetime) -> Plan:
        for line in lines:
            log.append(session, ana, replace(line, id=str(uuid4())), received_at=at)
        plan = plans.store(session, ana, at, CONTENT)
        assert plan is not None
        return plan

    before = [*started(29, age=70), *good(*range(1, 28, 2)), *(morning(day, 2) for day in range(1, 28))]
    dawn = tell(*before, at=TODAY)
    assert dawn.block_week == 5
    woken = tell(morning(28, pain), at=TODAY + timedelta(minutes=1))
    assert [event.kind for event in log.read(session, ana.id)].count("held") == held
    if held:
        assert woken.block_week == 4
        assert served(woken).keys() <= served(dawn).keys()
    replay = plans.replay(session, ana.id, CONTENT)
    assert replay is not None and replay.stored == replay.folded

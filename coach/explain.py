"""`coach reminders explain`: what a person is reminded of, when and why, and what was held back and why."""

from uuid import UUID

from coach import clock
from coach.config import CannotStart, Config
from coach.database import make_engine, make_sessions
from coach.services import reasons


def run(config: Config, patient_id: UUID, days: int) -> int:
    """Prints it. Raises CannotStart."""
    if not 1 <= days <= reasons.MOST_DAYS:
        raise CannotStart(f"--days: {days} is not from 1 to {reasons.MOST_DAYS}")
    engine = make_engine(config.database_url)
    try:
        with make_sessions(engine)() as session:
            for line in reasons.lines(session, patient_id, clock.read(session, config), days):
                print(line)
    except (LookupError, ValueError) as error:
        raise CannotStart(str(error)) from None
    finally:
        engine.dispose()
    return 0

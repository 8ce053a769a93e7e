"""What one worker process holds for its lifetime: settings, content, database, the sender of pushes.

Made on first use and known by the process id: a forked child never shares its parent's sockets.
"""

import gc
import os
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.database import make_engine, make_sessions
from programs import catalog
from programs.catalog import Catalog
from workers.push.sender import Sender


@dataclass(frozen=True)
class Process:
    config: Config
    sessions: sessionmaker[Session]
    catalog: Catalog
    sender: Sender


COLLECT_AFTER = 20_000  # new objects; the usual 700 costs a third of a tick's time, whose rows are gone in any case

_held: dict[int, Process] = {}


def own() -> Process:
    """This process's parts. A parent's stay in the table, so that nothing closes the sockets it is using."""
    held = _held.get(os.getpid())
    if held is None:
        config = Config.from_env()
        sessions = make_sessions(make_engine(config.database_url))
        held = _held[os.getpid()] = Process(config, sessions, catalog.load(), Sender(config))
        collect_rarely()
    return held


def collect_rarely() -> None:
    """Lets the garbage collector pass over what lives as long as the process, and look seldom at the rest."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)

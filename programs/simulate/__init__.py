"""Simulated patients: lives of all kinds, lived through the engine and judged by the safety invariants every day.

`people` says who, `body` how they feel, `diary`, `clinic` and `phone` what is told and when, `life` lives one of them
as the service would, `fired` names what must have been at work, `tally` adds many up.
"""

from __future__ import annotations

from programs.simulate.fired import EXPECTED
from programs.simulate.life import Life, Lived
from programs.simulate.run import Who, begin, check_days, live, lives, log
from programs.simulate.tally import Found, Tally

__all__ = ["EXPECTED", "Found", "Life", "Lived", "Tally", "Who", "begin", "check_days", "live", "lives", "log"]

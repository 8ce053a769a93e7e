"""Worked cases: YAML a physiotherapist can read and write, run by the very fold the workers use.

`load` reads a file, `run` folds it day by day, `judge_day` judges what any other way of running it has stored.
"""

from __future__ import annotations

from programs.cases.judging import judge_day
from programs.cases.reading import BadCase, Case, load
from programs.cases.running import log, run

__all__ = ["BadCase", "Case", "judge_day", "load", "log", "run"]

"""Worked cases played by the whole service: people over HTTP, a real worker and beat, a clock that is moved."""

from coach.rehearsal.play import play

__all__ = ["play"]

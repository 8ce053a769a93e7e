"""Named points of a worker's work, where the fault tests stop it. In service nothing listens."""

from collections.abc import Callable

listener: Callable[[str], None] | None = None


def reached(point: str) -> None:
    if listener is not None:
        listener(point)

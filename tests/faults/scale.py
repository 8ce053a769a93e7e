"""How big the fault tests are: COACH_TEST_SOAK=1 makes them long, a larger number that many times longer still."""

import os

SOAK = int(os.environ.get("COACH_TEST_SOAK") or 0)


def scaled(short: int, long: int) -> int:
    """`short` in `make test`, `long` times COACH_TEST_SOAK in `make soak`."""
    return long * SOAK if SOAK else short

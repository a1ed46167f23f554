"""Night: the hours whose pages break somebody's sleep, and in which clinicians may allow longer waits."""

from datetime import time

NIGHT_FROM = time(22, 0)
NIGHT_UNTIL = time(7, 0)
"""On the wall clock that is asked about: a policy's for `wait_at_night`, a person's for their load. Ours."""


def is_night(clock: time) -> bool:
    """Return whether a wall clock that shows this time shows a night hour."""
    return clock >= NIGHT_FROM or clock < NIGHT_UNTIL

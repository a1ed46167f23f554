"""Whether freshly compiled shifts must replace the stored ones."""

from datetime import timedelta

from contracts.schedules import Shift, Shifts

REFRESH_AFTER = timedelta(hours=6)
"""How far the end of the compiled window must have moved before equal shifts are written again."""


def worth_writing(stored: Shifts | None, fresh: Shifts) -> bool:
    """Return whether `fresh` must replace `stored`.

    It must when anybody's shift differs in the time both know about, or when the end of the
    window moved by REFRESH_AFTER; a mere later look at the same roster is not written.
    """
    if stored is None or fresh.through - stored.through >= REFRESH_AFTER:
        return True
    until = min(stored.through, fresh.through)

    def common(shifts: Shifts) -> tuple[Shift, ...]:
        return tuple(s for s in shifts.shifts if fresh.compiled_at < s.end and s.start < until)

    return common(stored) != common(fresh)

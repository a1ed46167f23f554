"""Who is on which schedule, cut where anybody's shift begins or ends."""

from bisect import bisect_right

from contracts.schedules import Shifts
from services.escalation.coverage import edges
from services.escalation.coverage.instants import moment
from services.escalation.coverage.plan import Plan


class Board:
    """The shifts of a plan between two instants; each schedule is cut once, whoever asks for it."""

    def __init__(self, plan: Plan, start: int, end: int) -> None:
        self.plan = plan
        self.start = start
        self.end = end
        self._cut: dict[str, tuple[list[int], list[tuple[str, ...]]]] = {}

    def cuts(self, schedule: str) -> list[int]:
        """Return where the people on it may change, the start first."""
        return self._of(schedule)[0]

    def on(self, schedule: str, at: int) -> tuple[str, ...]:
        """Return who is on."""
        cuts, people = self._of(schedule)
        return people[bisect_right(cuts, at) - 1]

    def _of(self, schedule: str) -> tuple[list[int], list[tuple[str, ...]]]:
        found = self._cut.get(schedule)
        if found is None:
            shifts = self._within(self.plan.shifts[schedule])
            cuts = [self.start, *edges.of_shifts(shifts, self.start, self.end)]
            found = cuts, [shifts.on(moment(cut)) for cut in cuts]
            self._cut[schedule] = found
        return found

    def _within(self, shifts: Shifts) -> Shifts:
        start, end = moment(self.start), moment(self.end)
        kept = tuple(shift for shift in shifts.shifts if shift.start < end and start < shift.end)
        return shifts.model_copy(update={"shifts": kept})

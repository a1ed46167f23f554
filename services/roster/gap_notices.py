"""Gaps: looked for in the compiled shifts, told to ops and to whoever is on in them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from services.roster import core
from services.roster.core import gap_telling
from services.roster.tables import Tables
from services.roster.telling import Telling


class GapNotices:
    """Remembers what it told; after a restart the stable names keep it from being told twice."""

    def __init__(self, tables: Tables, telling: Telling, ahead: timedelta) -> None:
        self._tables = tables
        self._telling = telling
        self._ahead = ahead
        self._told: frozenset[str] = frozenset()

    async def look(self, now: datetime, failed: Collection[str]) -> datetime | None:
        """Tell what there is to tell of gaps; returns when one gets louder.

        `failed` are schedules that can't be read or compiled, whose shifts run out.
        """
        tables, standing, later = self._tables, set[str](), list[datetime]()
        for name in sorted({*tables.schedules.values, *failed}):
            shifts = tables.shifts.values.get(name)
            if shifts is None:
                continue
            until = now + self._ahead
            if name not in failed:
                # More shifts than fit into one message end early; that is a finding, and no gap.
                until = min(until, shifts.through)
            gaps = core.gaps(shifts, tables.people.values, now, until)
            told = gap_telling.tell(
                gaps, tables.schedules.values, tables.people.values, now, until, self._told
            )
            await self._telling.faults(told.faults)
            await self._telling.notices(told.notices)
            self._told |= set(told.told)
            standing |= set(told.standing)
            later += [told.next_at] if told.next_at is not None else []
        self._told &= standing
        return min(later, default=None)

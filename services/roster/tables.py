"""What the roster reads, held in memory: rosters and all that changes them, people, what is under way."""

from collections.abc import Callable
from typing import Any

from nats.aio.client import Client

from contracts.people import Person
from contracts.schedules import Calendar, Handoff, Leave, Schedule, Shifts, Swap, Verification
from services.runtime.follow import ValueTable


class Tables:
    """The buckets of the roster as they stand; the callbacks tell of changes.

    `on_roster`: what shifts are compiled from changed. `on_people`: people, or what they were asked.
    `on_shifts`: compiled shifts, by whomever.
    """

    def __init__(
        self,
        nc: Client,
        on_roster: Callable[[], None],
        on_people: Callable[[], None],
        on_shifts: Callable[[], None],
    ) -> None:
        self.people = ValueTable(nc, "people", Person, on_people)
        self.verifications = ValueTable(nc, "verifications", Verification, on_people)
        self.calendars = ValueTable(nc, "calendars", Calendar, on_roster)
        self.leaves = ValueTable(nc, "leaves", Leave, on_roster)
        self.swaps = ValueTable(nc, "swaps", Swap, on_roster)
        self.handoffs = ValueTable(nc, "handoffs", Handoff, on_roster)
        self.shifts = ValueTable(nc, "shifts", Shifts, on_shifts)
        self.schedules = ValueTable(nc, "schedules", Schedule, on_roster)

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """Return (bucket, key) of what changes shifts and can't be read."""
        found = {
            "calendars": self.calendars.unreadable,
            "leaves": self.leaves.unreadable,
            "swaps": self.swaps.unreadable,
        }
        return tuple((name, key) for name, keys in found.items() for key in sorted(keys))

    async def start(self) -> None:
        """Read everything there is."""
        for table in self.all():
            await table.start()

    async def stop(self) -> None:
        """Follow no more."""
        for table in reversed(self.all()):
            await table.stop()

    def all(self) -> tuple[ValueTable[Any], ...]:
        """Return every table."""
        return (
            self.people,
            self.verifications,
            self.calendars,
            self.leaves,
            self.swaps,
            self.handoffs,
            self.shifts,
            self.schedules,
        )

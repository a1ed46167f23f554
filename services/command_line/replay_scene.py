"""What a replay plays in: the site as it stands, its roster compiled for the past that is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.people import Person
from contracts.policies import PolicySet
from contracts.schedules import Calendar, Leave, Schedule, Shifts, Swap, SwapStatus
from services.command_line import simulate_scene
from services.command_line.link import linked
from services.command_line.simulate_scene import Scene
from services.programme.load import HOLIDAYS, load_calendars, load_schedules
from services.roster import core as roster

_BEFORE = timedelta(days=8)
_AFTER = timedelta(days=4)
"""A run goes on for a while after the end of the range."""


@dataclass(frozen=True)
class Site:
    """Policies, people and schedules, and what changes the schedules."""

    scene: Scene
    schedules: tuple[Schedule, ...]
    calendars: Mapping[str, Calendar]
    leaves: tuple[Leave, ...] = ()
    swaps: tuple[Swap, ...] = ()

    @property
    def now(self) -> datetime:
        """This moment, UTC."""
        return self.scene.now

    @property
    def zone(self) -> ZoneInfo:
        """The programme's wall clock."""
        return self.scene.zone

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody on the roster."""
        return self.scene.people

    @property
    def policies(self) -> PolicySet:
        """The policies."""
        return self.scene.policies

    def shifts(self, begin: datetime, until: datetime) -> dict[str, Shifts]:
        """Return who was on call in that time, as the schedules have it today."""
        return {one.id: self._compiled(one, begin - _BEFORE, until + _AFTER) for one in self.schedules}

    def _compiled(self, schedule: Schedule, begin: datetime, until: datetime) -> Shifts:
        calendar = self.calendars.get(schedule.calendar) if schedule.calendar else None
        return roster.compile(
            schedule,
            begin,
            until,
            calendar=calendar,
            leaves=self.leaves,
            swaps=[swap for swap in self.swaps if swap.status is SwapStatus.ACCEPTED],
        )


async def site(policies: Path | None, folder: Path | None) -> Site:
    """Return the site as it is in force, or with these folders instead. Raises Trouble, ProgrammeError."""
    scene = await simulate_scene.scene(policies, folder, "")
    if folder is not None:
        schedules = load_schedules(folder / "schedules.yaml", people=list(scene.people))
        calendars = load_calendars(folder / HOLIDAYS) if (folder / HOLIDAYS).exists() else ()
        return Site(scene, tuple(schedules), {one.id: one for one in calendars})
    async with linked() as link:
        return Site(
            scene,
            tuple((await link.values("schedules", Schedule)).values()),
            await link.values("calendars", Calendar),
            tuple((await link.values("leaves", Leave)).values()),
            tuple((await link.values("swaps", Swap)).values()),
        )

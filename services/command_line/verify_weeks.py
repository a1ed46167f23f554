"""Who is on: day by day, and on the holidays of every site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from contracts.schedules import Calendar, Schedule, Shifts
from services.command_line.scene import Scene

NOBODY = "nobody"


@dataclass(frozen=True)
class Turn:
    """Who is on from one time of a day until another, on the schedule's wall clock."""

    since: str
    """Empty on the present day: what was before now is not looked at."""
    until: str
    people: tuple[str, ...]
    """First names; () = nobody."""

    @property
    def text(self) -> str:
        """The turn in one line; a whole day names no times."""
        who = ", ".join(self.people) or NOBODY
        if self.until == "24:00" and self.since in ("", "00:00"):
            return who
        return f"{self.since} to {self.until} {who}" if self.since else f"until {self.until} {who}"


@dataclass(frozen=True)
class Week:
    """Seven days, and for each schedule who is on on each of them."""

    days: tuple[date, ...]
    rows: tuple[tuple[str, tuple[tuple[Turn, ...], ...]], ...]
    """(Schedule, the turns of each day)."""


@dataclass(frozen=True)
class Feast:
    """A holiday of a site: who is on, schedule by schedule."""

    day: date
    name: str
    site: str
    rows: tuple[tuple[str, tuple[Turn, ...]], ...]


def weeks(scene: Scene, end: datetime) -> tuple[Week, ...]:
    """Return the weeks from today until `end`, seven days each."""
    first, last = scene.now.astimezone(scene.roster_zone).date(), end.astimezone(scene.roster_zone).date()
    starts = [first + timedelta(days=number) for number in range(0, max(1, (last - first).days), 7)]
    return tuple(
        Week(days, tuple((name, tuple(turns(scene, name, day) for day in days)) for name in _shown(scene)))
        for days in (tuple(start + timedelta(days=number) for number in range(7)) for start in starts)
    )


def feasts(scene: Scene) -> tuple[Feast, ...]:
    """Return every holiday of every site as far as shifts are known, by date and site."""
    last = min((one.through for one in scene.shifts.values()), default=scene.now)
    today, until = scene.now.astimezone(scene.roster_zone).date(), last.astimezone(scene.roster_zone).date()
    found = [
        Feast(day.day, day.name, site, tuple((one.id, turns(scene, one.id, day.day)) for one in of_site))
        for site, of_site in sites(scene).items()
        for calendar in _calendars(scene, site, of_site)
        for day in calendar.days
        if today <= day.day < until
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.site)))


def sites(scene: Scene) -> dict[str, list[Schedule]]:
    """Return every site with its schedules."""
    found: dict[str, list[Schedule]] = {}
    for name in _shown(scene):
        schedule = scene.roster.schedules[name]
        found.setdefault(schedule.site, []).append(schedule)
    return dict(sorted(found.items()))


def without_calendar(scene: Scene) -> tuple[str, ...]:
    """Return the sites for which no holidays are known."""
    return tuple(site for site, of_site in sites(scene).items() if not _calendars(scene, site, of_site))


def turns(scene: Scene, schedule: str, day: date) -> tuple[Turn, ...]:
    """Return who is on, from midnight to midnight on the schedule's wall clock."""
    zone = ZoneInfo(scene.roster.schedules[schedule].zone)
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    next_one = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    found: list[Turn] = []
    for start, end, people in _parts(scene.shifts[schedule], midnight, next_one):
        named = tuple(scene.first_name(who) for who in people)
        until = "24:00" if end == next_one else f"{end.astimezone(zone):%H:%M}"
        since = "" if start > midnight and not found else f"{start.astimezone(zone):%H:%M}"
        if found and found[-1].people == named:
            since = found.pop().since
        found.append(Turn(since, until, named))
    return tuple(found)


def _parts(
    shifts: Shifts, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, tuple[str, ...]]]:
    # What was before the shifts were compiled is not known, and is not nobody.
    start = max(start, min(shifts.compiled_at, end))
    near = shifts.model_copy(
        update={"shifts": tuple(one for one in shifts.shifts if one.start < end and start < one.end)}
    )
    edges = {edge for one in near.shifts for edge in (one.start, one.end) if start < edge < end}
    for begin, finish in pairwise(sorted({start, end, *edges})):
        yield begin, finish, near.on(begin)


def _shown(scene: Scene) -> list[str]:
    return [name for name in scene.roster.schedules if name in scene.shifts]


def _calendars(scene: Scene, site: str, schedules: Iterable[Schedule]) -> list[Calendar]:
    """The calendars its schedules name; without any, the one named for the site."""
    named = list(dict.fromkeys(one.calendar for one in schedules if one.calendar in scene.roster.calendars))
    if not named and site in scene.roster.calendars:
        named = [site]
    return [scene.roster.calendars[name] for name in named if name is not None]

"""What ops write about schedules, before it is one."""

from datetime import UTC, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from contracts.policies import Strict
from contracts.schedules import (
    Change,
    Every,
    Holidays,
    Override,
    Rotation,
    Schedule,
    Shift,
    Temporary,
    Weekday,
    Window,
)
from contracts.values import Id
from services.programme import window_text
from services.programme.drafts import Day, Instant, Wall, Zone


def _days(value: object) -> object:
    if isinstance(value, str):
        return [day for word in value.lower().split() for day in window_text.days_of(word)]
    return value


def _windows(value: object) -> object:
    if isinstance(value, str):
        return value.split(",")
    return [value] if isinstance(value, dict) else value


class WindowDraft(Strict):
    """A daily span, as written: `{days: [sat, sun], from: "08:00", to: "20:00"}`, or in short form."""

    days: Annotated[tuple[Weekday, ...], BeforeValidator(_days)] = ()
    start: Wall = Field(default=time(0, 0), alias="from")
    end: Wall = Field(default=time(0, 0), alias="to")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return window_text.window(value) if isinstance(value, str) else value

    def window(self) -> Window:
        """Return the window it describes."""
        return Window(days=self.days, start=self.start, end=self.end)


class RotationDraft(Strict):
    """People taking turns, as written."""

    id: Id | None = None
    people: tuple[Id, ...] = Field(min_length=1)
    every: Every = Every.WEEK
    length: int = Field(default=1, ge=1, le=9000)
    starts_on: Day
    ends_on: Day | None = None
    handoff_at: Wall = time(8, 0)
    zone: Zone | None = None
    only: Annotated[tuple[WindowDraft, ...], BeforeValidator(_windows)] = ()
    holidays: Holidays = Holidays.ANY
    cover: bool = False

    def rotation(self, name: str) -> Rotation:
        """Return the rotation it describes, under that id if it has none of its own."""
        return Rotation(
            id=self.id or name,
            people=self.people,
            every=self.every,
            length=self.length,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            handoff_at=self.handoff_at,
            zone=self.zone,
            only=tuple(window.window() for window in self.only),
            holidays=self.holidays,
            cover=self.cover,
        )


class OverrideDraft(Strict):
    """A change of who is on, as written; moments without an offset are the schedule's wall clock."""

    id: Id | None = None
    do: Change = Change.REPLACE
    person: Id
    instead_of: Id | None = None
    start: Instant
    end: Instant
    reason: str = ""

    def override(self, name: str, zone: ZoneInfo) -> Override:
        """Return the override it describes; where the wall clock is ambiguous it lasts longer."""
        return Override(
            id=self.id or name,
            what=self.do,
            person=self.person,
            instead_of=self.instead_of,
            start=_start(self.start, zone),
            end=_end(self.end, zone),
            reason=self.reason,
        )


class TemporaryShiftDraft(Strict):
    """One shift of a temporary schedule; without moments it lasts as long as that."""

    person: Id
    start: Instant | None = None
    end: Instant | None = None


class TemporaryDraft(Strict):
    """Shifts that hold instead of all rotations for a while, as written."""

    id: Id
    start: Instant
    end: Instant
    shifts: tuple[TemporaryShiftDraft, ...] = Field(min_length=1)
    reason: str = ""

    def temporary(self, zone: ZoneInfo) -> Temporary:
        """Return the temporary schedule it describes; where the wall clock is ambiguous all last longer."""
        return Temporary(
            id=self.id,
            start=_start(self.start, zone),
            end=_end(self.end, zone),
            shifts=tuple(
                Shift(
                    person=shift.person,
                    start=_start(shift.start or self.start, zone),
                    end=_end(shift.end or self.end, zone),
                    origin=f"temporary {self.id}",
                )
                for shift in self.shifts
            ),
            reason=self.reason,
        )


class ScheduleDraft(Strict):
    """A schedule as written."""

    id: Id
    title: str = ""
    zone: Zone = "America/New_York"
    site: Id = "main"
    calendar: Id | None = None
    rotations: tuple[RotationDraft, ...] = ()
    overrides: tuple[OverrideDraft, ...] = ()
    temporary: tuple[TemporaryDraft, ...] = ()

    def schedule(self) -> Schedule:
        """Return the schedule it describes."""
        zone = ZoneInfo(self.zone)
        return Schedule(
            id=self.id,
            title=self.title,
            zone=self.zone,
            site=self.site,
            calendar=self.calendar,
            rotations=tuple(draft.rotation(_name("rotation", n)) for n, draft in enumerate(self.rotations)),
            overrides=tuple(
                draft.override(_name("override", n), zone) for n, draft in enumerate(self.overrides)
            ),
            temporary=tuple(draft.temporary(zone) for draft in self.temporary),
        )


def _name(word: str, position: int) -> str:
    return f"{word}_{position + 1}" if position else word


def _start(moment: datetime, zone: ZoneInfo) -> datetime:
    return min(_readings(moment, zone))


def _end(moment: datetime, zone: ZoneInfo) -> datetime:
    return max(_readings(moment, zone))


def _readings(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    wall = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)

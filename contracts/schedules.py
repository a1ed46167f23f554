"""Rosters: schedules of rotations and what changes them, and the flat shifts compiled from them."""

from datetime import date, time, timedelta
from enum import StrEnum

from contracts.values import Id, Moment, Value


class Every(StrEnum):
    """The unit of a rotation's turns."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Weekday(StrEnum):
    """A day of the week, as people write it; Monday is the first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Holidays(StrEnum):
    """Whether a rotation holds on the holidays of its schedule's calendar."""

    ANY = "any"
    ONLY = "only"
    NEVER = "never"


class Window(Value):
    """A daily span of the wall clock; one that ends at or before its start lasts into the next day.

    It belongs to the day on which it starts. `start` equal to `end` is a whole day.
    """

    days: tuple[Weekday, ...] = ()
    """On which days it starts; empty = every day."""
    start: time = time(0, 0)
    end: time = time(0, 0)


class Rotation(Value):
    """People taking turns: the first from `starts_on`, then the next at each handoff.

    Handoffs happen at `handoff_at` on the wall clock of the rotation's zone.
    """

    id: Id = "rotation"
    """Names the layer in what is shown of it."""
    people: tuple[Id, ...]
    every: Every = Every.WEEK
    length: int = 1
    """A turn lasts so many of `every`: two weeks, ten days, twelve hours."""
    starts_on: date
    ends_on: date | None = None
    """The last day on which a turn starts."""
    handoff_at: time = time(8, 0)
    zone: str | None = None
    """IANA; None: the schedule's."""
    only: tuple[Window, ...] = ()
    """Restrictions: outside of every one of them the rotation puts nobody on; none = always."""
    holidays: Holidays = Holidays.ANY
    cover: bool = False
    """Whether the next in line who is not on leave stands in for somebody who is; else it is a gap."""


class Change(StrEnum):
    """What an override does while it lasts."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


class Override(Value):
    """A change from one moment to another.

    Replace: `person` stands in for `instead_of`, or for everyone who would be on when that is
    empty. Add: `person` is on as well. Remove: `person` is off.
    """

    id: Id = "override"
    what: Change = Change.REPLACE
    person: Id
    instead_of: Id | None = None
    start: Moment
    end: Moment
    reason: str = ""


class Shift(Value):
    """One person on call from `start` until before `end` (UTC)."""

    person: Id
    start: Moment
    end: Moment
    origin: str = ""
    """Where it comes from: `rotation <id>`, `override <id>`, `temporary <id>`, `swap <id>`, `unconfirmed`."""


class Temporary(Value):
    """A temporary schedule: while it lasts, its own shifts hold instead of the rotations."""

    id: Id
    start: Moment
    end: Moment
    shifts: tuple[Shift, ...] = ()
    reason: str = ""


class Schedule(Value):
    """Who is on call for one duty; zone is IANA."""

    id: Id
    title: str = ""
    zone: str = "America/New_York"
    site: Id = "main"
    calendar: Id | None = None
    """The holiday calendar that `holidays` of its rotations means."""
    rotations: tuple[Rotation, ...] = ()
    """Layers: everybody on in any layer is on."""
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()


class Holiday(Value):
    """One holiday, from midnight to midnight on the wall clock of whoever observes it."""

    day: date
    name: str = ""


class Calendar(Value):
    """The holidays of a site."""

    id: Id
    title: str = ""
    days: tuple[Holiday, ...] = ()


class SwapStatus(StrEnum):
    """Where a swap stands; only an accepted one changes shifts."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Swap(Value):
    """`giver` gives their shifts of a schedule within a span to `taker`, who must accept.

    With `in_return`, the taker's shifts within that second span become the giver's.
    """

    id: Id
    number: int
    """What the taker types: small, and unique among the offers to one person that are open."""
    schedule: Id
    giver: Id
    taker: Id
    start: Moment
    end: Moment
    return_start: Moment | None = None
    return_end: Moment | None = None
    status: SwapStatus = SwapStatus.OFFERED
    offered_at: Moment
    offered_by: str
    answered_at: Moment | None = None
    answered_by: str = ""
    reason: str = ""
    undone: bool = False
    """Whether it was withdrawn after it had been accepted, so that shifts went back."""


class Leave(Value):
    """Somebody is away: no rotation or temporary schedule puts them on, and no swap gives to them.

    An override that names them stands, for it was decided knowing of it; it is reported.
    """

    id: Id
    person: Id
    start: Moment
    end: Moment
    recorded_at: Moment
    recorded_by: str = ""


class Handoff(Value):
    """What is known of one coming turn of one person: told when, and confirmed or not."""

    schedule: Id
    person: Id
    start: Moment
    """When the turn begins, UTC."""
    evening_told_at: Moment | None = None
    ahead_told_at: Moment | None = None
    confirmed_at: Moment | None = None
    outgoing: tuple[Id, ...] = ()
    """Who stays on as well until it is confirmed; set when the person is told ahead."""
    outgoing_until: Moment | None = None
    """Until when they stay on, at the longest."""


class Verification(Value):
    """A code sent to one contact method, waiting to be told back."""

    person: Id
    method: Id
    code: str
    sent_at: Moment
    expires_at: Moment
    asked_by: str = ""
    tries: int = 0
    """How often a wrong code was given."""
    phone_ref: str = ""
    """The phone it was sent to: a number that was changed since is not verified by it."""
    asks: int = 1
    """How many codes that phone was sent so far, this one included."""


class Feed(Value):
    """A calendar feed behind a secret address; only the secret's hash is stored."""

    id: Id
    """The first characters of the secret's SHA-256, in hex."""
    secret_hash: str
    person: Id | None = None
    schedule: Id | None = None
    made_at: Moment
    made_by: str = ""
    revoked_at: Moment | None = None


class Shifts(Value):
    """A schedule compiled flat, so that a page needs no other service to know who is on."""

    schedule: Id
    compiled_at: Moment
    through: Moment
    shifts: tuple[Shift, ...] = ()

    def on(self, at: Moment) -> tuple[Id, ...]:
        """Return who is on call at that moment, in roster order, nobody twice."""
        return tuple(dict.fromkeys(s.person for s in self.shifts if s.start <= at < s.end))


HORIZON = timedelta(days=91)
"""How far ahead shifts are compiled."""

"""People and schedules for the tests of what the roster tells."""

from datetime import UTC, datetime, timedelta

from contracts.people import ContactMethod, Person
from contracts.schedules import Schedule
from contracts.values import Channel, Sealed

BOX = Sealed(key="k", box="bm9uZQ==")
NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""Tuesday 08:00 in New York: a handoff."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LINE = Schedule(id="primary", title="Crisis line")


def ref(number: int) -> str:
    """The hash of a phone."""
    return f"h1-{number:032x}"


def method(
    name: str = "m1", phone: int = 1, channel: Channel = Channel.SMS, **known: object
) -> ContactMethod:
    """One contact method."""
    found = ContactMethod(id=name, channel=channel, phone=BOX, phone_ref=ref(phone))
    return found.model_copy(update=known)


def person(name: str, *methods: ContactMethod, zone: str = "America/New_York") -> Person:
    """Somebody; by default with one phone that is verified, for texts."""
    return Person(id=name, name=BOX, zone=zone, methods=methods or (method(verified_at=NOW - 90 * DAY),))


PEOPLE = {name: person(name) for name in ("ana", "ben", "cal", "dee")}

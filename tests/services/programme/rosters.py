"""Small sets of policies and the people they name, for the tests of lint."""

from datetime import UTC, date, datetime

from contracts.people import ContactMethod, Person
from contracts.policies import Policy
from contracts.schedules import Rotation, Schedule, Shift, Shifts
from contracts.values import Channel, Sealed
from services import programme

BOXED = Sealed(key="k", box="")
LAST = {
    "id": "last",
    "order": 1000,
    "steps": [{"page": [{"schedule": "primary"}], "wait": "3m"}],
    "repeat": [{"add": ["everyone"]}],
    "reach_within": "15m",
}
"""A sound last resort; other policies differ from it in what they say."""
PRIMARY = {"schedule": "primary"}


def person(
    name: str, *, phone: int = 0, dead: bool = False, active: bool = True, voice: bool = True
) -> Person:
    """Return somebody with a phone of their own, unless it is given by number."""
    number = phone or sum(map(ord, name))
    channels = [Channel.SMS, Channel.VOICE] if voice else [Channel.SMS]
    methods = tuple(
        ContactMethod(
            id=f"m{position}",
            channel=channel,
            phone=BOXED,
            phone_ref=f"k-{number:032x}",
            dead_since=datetime(2026, 1, 1, tzinfo=UTC) if dead else None,
        )
        for position, channel in enumerate(channels)
    )
    return Person(id=name, name=BOXED, methods=methods, active=active)


def schedule(name: str, *people: str) -> Schedule:
    """Return a schedule on which these take weekly turns."""
    rotations = (Rotation(people=people, starts_on=date(2026, 1, 5)),) if people else ()
    return Schedule(id=name, rotations=rotations)


def shifts(name: str, *people: str) -> Shifts:
    """Return compiled shifts in which these are on, a day each."""
    days = [datetime(2026, 11, day + 1, tzinfo=UTC) for day in range(len(people) + 1)]
    made = tuple(
        Shift(person=who, start=start, end=end)
        for who, start, end in zip(people, days, days[1:], strict=False)
    )
    return Shifts(schedule=name, compiled_at=days[0], through=datetime(2027, 1, 31, tzinfo=UTC), shifts=made)


SCHEDULES = (
    schedule("primary", "p1", "p2"),
    schedule("backup", "p2", "p1"),
    schedule("kim", "p1"),
    schedule("empty"),
    schedule("dead", "p3"),
)
PEOPLE = (person("p1"), person("p2"), person("p3", dead=True))


def step(*page: object, wait: str = "3m", **more: str) -> dict[str, object]:
    """Return a step as people write it."""
    return {"page": list(page), "wait": wait, **more}


def policy(**written: object) -> Policy:
    """Return the last resort with these fields instead."""
    return Policy.model_validate({**LAST, "order": 100, **written})


def findings(
    *written: dict[str, object],
    people: tuple[Person, ...] = (),
    compiled: tuple[Shifts, ...] = (),
    schedules: tuple[Schedule, ...] = (),
    last: bool = True,
) -> tuple[programme.Finding, ...]:
    """Return what lint says of these policies and, unless left out, a sound last resort."""
    every = [Policy.model_validate(LAST)] if last else []
    every += [policy(**{"order": 100 + number, **one}) for number, one in enumerate(written)]
    return programme.lint(every, [*SCHEDULES, *schedules], [*PEOPLE, *people], compiled)


def codes(*written: dict[str, object], **more: object) -> list[str]:
    """Return what lint says as `code policy step`."""
    found = findings(*written, **more)  # type: ignore[arg-type]
    return [" ".join([f.code, f.policy, str(f.step or "")]).strip() for f in found]

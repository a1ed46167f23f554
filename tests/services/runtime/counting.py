"""A smallest aggregate for tests of the runner: something that counts, and is due while it is below three."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.values import Moment, Value
from services.runtime.aggregates import Rules


class Begun(Value):
    type: Literal["begun"] = "begun"
    at: Moment


class Counted(Value):
    type: Literal["counted"] = "counted"
    at: Moment
    cause: str


Event = Annotated[Begun | Counted, Field(discriminator="type")]


class Count(Value):
    count: int = 0
    heard: tuple[str, ...] = ()
    at: Moment | None = None


class CountLater(Count):
    """The same with a field that an older version did not have."""

    twice: int = 0


def evolve(state: Count, event: Begun | Counted) -> Count:
    if isinstance(event, Begun):
        return type(state)(at=event.at)
    update = {"count": state.count + 1, "heard": (*state.heard, event.cause), "at": event.at}
    if isinstance(state, CountLater):
        update["twice"] = 2 * (state.count + 1)
    return state.model_copy(update=update)


def due(state: Count) -> datetime | None:
    return state.at + timedelta(minutes=1) if state.at is not None and state.count < 3 else None


def rules(version: int = 1, state: type[Count] = Count) -> Rules[Count, Begun | Counted]:
    return Rules(
        stream="ESCALATIONS",
        version=version,
        state=state,
        events=TypeAdapter(Event),
        empty=lambda _: state(),
        evolve=evolve,
        due=due,
        brief=lambda _: None,
        opening=frozenset({"begun"}),
    )


def count(cause: str):
    """Return a decision that counts a cause once."""

    def decide(state: Count, now: datetime) -> tuple[Begun | Counted, ...]:
        if cause in state.heard:
            return ()
        return (Counted(at=now, cause=cause),)

    return decide


def begin(state: Count, now: datetime) -> tuple[Begun | Counted, ...]:
    return (Begun(at=now),)

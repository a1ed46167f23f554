"""A rehearsal pages as Vigil really did: one night for real, and then again in the engine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter

from contracts.escalations import EscalationEvent, Held, Opened, PageEnded, PageRequested
from contracts.people import Person
from contracts.policies import PolicySet
from contracts.schedules import Shifts
from services.escalation.core import inputs
from services.escalation.rehearsal import reactions
from services.escalation.rehearsal.engine import rehearse
from services.escalation.rehearsal.reactions import Reaction
from services.runtime.follow import Table
from tests.support.world import World

_EVENT: TypeAdapter[EscalationEvent] = TypeAdapter(EscalationEvent)


async def test_a_real_night_is_rehearsed_to_the_same_pages(world: World) -> None:
    """03:10 imminent: Ana passes at 03:11, Ben takes it at 03:12, does nothing, and is joined by Cal."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.until("03:11")
    await world.reply("ana", "2")
    await world.until("03:12")
    await world.reply("ben", "1")
    await world.until("03:21")
    really = await _log(world)

    opened = next(event for event in really if isinstance(event, Opened))
    given = await _given(world, opened.code)
    rehearsal = rehearse([opened.signal], lambda _: given, Again(really), world.clock.now())

    assert _pages(rehearsal.log) == _pages(really)
    assert [page.responder for page in _pages(really)][:3] == ["ana", "ben", "cal"]
    assert len(_pages(really)) > 3


class Again:
    """Ana and Ben answer as long after their first page as they really did."""

    def __init__(self, log: Sequence[EscalationEvent]) -> None:
        self._pages = {page.page: page for page in _pages(log)}
        self._answers: dict[str, Reaction] = {}
        for event in log:
            match event:
                case PageEnded(page=page, at=at):
                    self._answers[page] = Reaction(at - self._pages[page].at, reactions.Pass())
                case Held(page=page, at=at):
                    self._answers[page] = Reaction(at - self._pages[page].at, reactions.Take())
                case _:
                    pass

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        answer = self._answers.get(page.page)
        return (answer,) if answer is not None else ()


def _pages(log: Sequence[EscalationEvent]) -> list[PageRequested]:
    return [event for event in log if isinstance(event, PageRequested)]


async def _log(world: World) -> list[EscalationEvent]:
    events = await world.events(f"escalations.{world.patients['rivera']}")
    return [_EVENT.validate_python(event) for event in events]


async def _given(world: World, code: str) -> inputs.World:
    policies = await _values(world, "policies", PolicySet)
    return inputs.World(
        policies=policies["current"],
        shifts=await _values(world, "shifts", Shifts),
        people=await _values(world, "people", Person),
        code=code,
        therapist="ben",
    )


async def _values(world: World, bucket: str, kind: type[BaseModel]) -> dict[str, Any]:
    table = Table(world.admin, bucket)
    await table.start()
    await table.stop()
    return {key: kind.model_validate_json(raw) for key, raw in table.raw.items()}

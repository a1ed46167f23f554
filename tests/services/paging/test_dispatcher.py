"""Turns that meet trouble stand in the queue again; phones that rang are free again."""

import asyncio
from datetime import datetime, timedelta

from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.values import Channel, Kind, Urgency
from services.paging.briefs import Briefs
from services.paging.dispatcher import Dispatcher
from services.paging.settings import PagingSettings
from services.paging.waiting import Turn
from services.runtime.activity import Activity
from services.runtime.clock import SteppedClock
from services.runtime.log import Unavailable
from tests.services.paging.desk import START

PHONE, OTHER = "h1-" + "0" * 32, "h1-" + "1" * 32
SETTINGS = PagingSettings(
    twilio_account_sid="AC1",
    twilio_auth_token="t",
    public_url="https://v.example",
    staff_number="+12025550100",
)


class Slots:
    """Slots that can't be asked for the first time."""

    def __init__(self) -> None:
        self.asked = 0

    def limited(self, _sender: str) -> bool:
        return True

    async def take(self, _sender: str, _segments: int, _now: datetime) -> timedelta:
        self.asked += 1
        if self.asked == 1:
            raise Unavailable("the bucket has no leader")
        return timedelta(0)


class Sent:
    """Takes what would be sent."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, Channel]] = []

    async def send(self, turns: list[Turn], _sender: str) -> list[tuple[Turn, datetime]]:
        self.turns += [(turn.subject, turn.channel) for turn in turns]
        return []


class Desk:
    """A dispatcher with its briefs."""

    def __init__(self) -> None:
        self.clock = SteppedClock(START)
        self.sent = Sent()
        self.activity = Activity()
        self.briefs = Briefs(self.clock.now)
        self.dispatcher = Dispatcher(
            self.sent,  # type: ignore[arg-type]
            self.briefs,
            Slots(),  # type: ignore[arg-type]
            self.clock,
            self.activity,
            SETTINGS,
        )
        self.briefs.on_change = self.dispatcher.offer
        self._sequence = 0

    async def commit(
        self,
        page: str,
        channel: Channel | None = None,
        *,
        calling: str = "",
        urgency: Urgency = Urgency.URGENT,
    ) -> None:
        """Another state of that page was committed."""
        self._sequence += 1
        brief = PageBrief(
            page=page,
            responder="kim",
            run=page,
            code="K7",
            purpose=Purpose.PAGE,
            status=PageStatus.OUT,
            urgency=urgency,
            kind=Kind.PATIENT_ALERT,
            asked_at=START,
            waiting=((1, channel, PHONE),) if channel else (),
            calling=calling,
        )
        self.briefs.put(f"pages.kim.{page}", self._sequence, brief, own=True)
        await self.quiet()

    async def quiet(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def later(self, seconds: float) -> None:
        await self.clock.step(self.clock.now() + timedelta(seconds=seconds))
        await self.quiet()


async def test_a_turn_whose_slot_could_not_be_asked_for_comes_again_in_a_moment() -> None:
    desk = Desk()
    await desk.commit("p1", Channel.SMS)
    assert desk.sent.turns == []
    await desk.later(0.3)
    assert desk.sent.turns == [("pages.kim.p1", Channel.SMS)]


async def test_an_imminent_one_does_not_wait_for_a_slot_that_cannot_be_asked_for() -> None:
    desk = Desk()
    await desk.commit("p1", Channel.SMS, urgency=Urgency.IMMINENT)
    assert desk.sent.turns == [("pages.kim.p1", Channel.SMS)]


async def test_a_call_that_waited_for_a_phone_is_made_though_its_page_goes_on_calling_another() -> None:
    """Page 1 calls phone A, then at once phone B; page 2 waited for A."""
    desk = Desk()
    await desk.commit("p1", calling=PHONE)
    await desk.commit("p2", Channel.VOICE)
    assert desk.sent.turns == []
    await desk.commit("p1", calling=OTHER)
    assert desk.sent.turns == [("pages.kim.p2", Channel.VOICE)]

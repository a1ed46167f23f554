"""Turns that meet trouble stand in the queue again; phones that rang are free again."""

import asyncio
from datetime import datetime, timedelta

from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.values import Channel, Kind, Urgency
from services.paging.briefs import Briefs
from services.paging.dispatcher import Dispatcher
from services.paging.settings import PagingSettings
from services.paging.waiting import Turn, Waiting, turns_of
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
        self.texts: list[list[str]] = []

    async def send(self, turns: list[Turn], _sender: str) -> list[tuple[Turn, datetime]]:
        self.texts.append([turn.subject.rpartition(".")[2] for turn in turns])
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


async def test_soon_pages_to_one_phone_within_a_second_are_one_text() -> None:
    """Four fit into one text; what comes later is a text of its own."""
    desk = Desk()
    for page in ("p1", "p2", "p3", "p4", "p5"):
        await desk.commit(page, Channel.SMS, urgency=Urgency.SOON)
    assert desk.sent.texts == []
    await desk.later(0.9)
    assert desk.sent.texts == []
    for _ in range(4):
        await desk.later(0.2)
    assert sorted(map(len, desk.sent.texts)) == [1, 4]


async def test_urgent_and_imminent_pages_wait_for_no_others_and_share_no_text() -> None:
    desk = Desk()
    await desk.commit("p0", Channel.SMS, urgency=Urgency.SOON)
    for page in ("p1", "p2", "p3", "p4", "p5"):
        await desk.commit(page, Channel.SMS, urgency=Urgency.URGENT)
    await desk.later(0.25)
    assert sorted(desk.sent.texts) == [["p1"], ["p2"], ["p3"], ["p4"], ["p5"]]


async def test_a_soon_page_that_was_withdrawn_while_it_waited_for_others_is_not_sent() -> None:
    desk = Desk()
    await desk.commit("p1", Channel.SMS, urgency=Urgency.SOON)
    await desk.commit("p2", Channel.SMS, urgency=Urgency.SOON)
    await desk.commit("p1", urgency=Urgency.SOON)
    for _ in range(8):
        await desk.later(0.25)
    assert desk.sent.texts == [["p2"]]


def test_a_notice_never_shares_a_text_with_pages_and_stands_behind_them() -> None:
    queue = Waiting()
    for name, purpose, urgency in (
        ("n1", Purpose.NOTICE, Urgency.ROUTINE),
        ("p1", Purpose.PAGE, Urgency.SOON),
        ("p2", Purpose.PAGE, Urgency.SOON),
    ):
        brief = PageBrief(
            page=name,
            responder="kim",
            run="r",
            purpose=purpose,
            status=PageStatus.OUT,
            urgency=urgency,
            asked_at=START,
            waiting=((1, Channel.SMS, PHONE),),
        )
        for turn in turns_of(f"pages.kim.{name}", brief, START):
            queue.add(turn)

    assert [turn.subject for turn in queue.of_phone(PHONE)] == ["pages.kim.p1", "pages.kim.p2"]
    assert [queue.take().subject for _ in range(3)] == ["pages.kim.p1", "pages.kim.p2", "pages.kim.n1"]

"""A turn that another copy committed and left is sent by this one, whatever this one has cached."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.pages import PageEvent, Purpose
from contracts.values import Channel, Urgency
from services.paging.app import RULES
from services.paging.briefs import Briefs
from services.paging.core import decide as core
from services.paging.core import inputs
from services.paging.core.state import Page
from services.paging.reconciling import Reconciling
from services.paging.sending import Sending
from services.paging.settings import PagingSettings
from services.paging.waiting import Turn
from services.paging.wording import Wording
from services.runtime.aggregates import Aggregates
from services.runtime.clock import SteppedClock
from services.runtime.log import Log
from services.runtime.sealing import Seals
from services.runtime.twilio_client import Carrier
from tests.services.paging.desk import START, method, request
from tests.services.runtime.conftest import Bus

SUBJECT = "pages.kim.p1"


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    made = Bus(tmp_path)
    await made.open()
    yield made
    await made.close()


async def test_what_is_cached_here_may_be_older_than_the_turn(bus: Bus) -> None:
    """This copy looked at the page before the other one committed its attempt, and died."""
    await bus.make("PAGES")
    clock = SteppedClock(START)
    seals = Seals({"k2": b"k" * 32}, {"h1": b"h" * 32})
    settings = PagingSettings(
        twilio_account_sid="AC1", twilio_auth_token="t", public_url="https://v.example", staff_number="+1"
    )
    mine: Aggregates[Page, PageEvent] = Aggregates(Log(bus.admin, "PAGES"), RULES, clock)
    theirs: Aggregates[Page, PageEvent] = Aggregates(Log(bus.admin, "PAGES"), RULES, clock)
    await mine.load(SUBJECT)
    asked = inputs.Requested(request(Urgency.URGENT, "s1"))
    await theirs.decide(SUBJECT, asked.cause, lambda state, now: core.decide(state, asked, now))

    carrier = Carrier(settings.carrier())
    sending = Sending(
        mine,
        carrier,
        Reconciling(mine, carrier, seals, clock),
        seals,
        Wording(dict, Briefs(clock.now), seals, clock),
        clock,
        settings,
    )
    turn = Turn(
        rank=0,
        asked_at=START,
        subject=SUBJECT,
        attempt=1,
        channel=Channel.SMS,
        phone_ref=method("s1").phone_ref,
        urgency=Urgency.URGENT,
        purpose=Purpose.PAGE,
        not_before=START,
    )
    await sending.send([turn], "+1")

    # Its phone is sealed by another site's key, so the carrier isn't asked; that it was tried counts.
    assert (await mine.load(SUBJECT)).state.attempts[0].intended_at == START

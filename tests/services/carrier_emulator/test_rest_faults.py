"""What REST faults look like to the real SDK, and what really happened meanwhile."""

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from services.carrier_emulator.entries import RequestHandled
from services.carrier_emulator.faults import Fault

ANA = "+15550101001"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault("http_429", times=1), 429, 20429),
        (Fault("http_5xx", times=1), 503, 20500),
        (Fault("http_5xx", times=1, args={"style": "html", "status": 502}), 502, 502),
        (Fault("http_5xx", times=1, args={"style": "truncated"}), 503, 503),
        (Fault("http_5xx", times=1, args={"style": "empty"}), 503, 503),
        (Fault("auth_fail", times=1), 401, 20003),
        (Fault("http_error", times=1, args={"code": 21614}), 400, 21614),
    ],
)
async def test_a_refused_request_sends_nothing_and_the_next_one_does(world, fault, status, code) -> None:
    """A reply that is not JSON makes the SDK report the HTTP status as its code."""
    world.emulator.faults.add(fault)

    with pytest.raises(TwilioRestException) as refused:
        await world.send(ANA)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert world.emulator.messages == {}

    await world.send(ANA)
    assert len(world.emulator.messages) == 1
    assert world.emulator.ledger.of(RequestHandled)[0].fault == fault.kind


async def test_an_error_document_of_the_newer_kind_is_another_exception(world) -> None:
    """The SDK raises TwilioServiceException for it."""
    world.emulator.faults.add(Fault("rfc9457", times=1))

    with pytest.raises(TwilioServiceException):
        await world.send(ANA)


async def test_a_time_out_before_sends_nothing(world) -> None:
    """The carrier is busy until the client gives up."""
    world.emulator.faults.add(Fault("timeout_before", times=1))

    with pytest.raises(TimeoutError):
        await world.client_with(1).messages.create_async(to=ANA, from_="+15550100001", body="page")
    await world.run_for(2)

    assert world.emulator.phone(ANA).inbox == []
    assert world.emulator.ledger.of(RequestHandled)[0].status is None


@pytest.mark.parametrize("kind", ["timeout_after", "accepted_but_lost"])
async def test_a_time_out_after_has_sent_the_text(world, kind) -> None:
    """A list by recipient finds what the reply could not tell."""
    world.emulator.faults.add(Fault(kind, times=1))

    with pytest.raises(TimeoutError):
        await world.client_with(1).messages.create_async(to=ANA, from_="+15550100001", body="page")
    await world.run_for(2)

    assert len(world.emulator.phone(ANA).inbox) == 1
    found = await world.client.messages.list_async(to=ANA)
    handled = world.emulator.ledger.of(RequestHandled)[0]
    assert (handled.sid, handled.status) == (found[0].sid, None)


async def test_a_reset_after_has_sent_the_text(world) -> None:
    """The client only sees that the connection is gone."""
    world.emulator.faults.add(Fault("reset_after", times=1))

    with pytest.raises(aiohttp.ClientError):
        await world.send(ANA)
    await world.run_for(2)

    assert len(world.emulator.phone(ANA).inbox) == 1


async def test_an_error_may_hide_a_request_that_was_processed(world) -> None:
    """A 503 says nothing about whether the text was sent."""
    world.emulator.faults.add(Fault("http_5xx", times=1, args={"processed": "yes"}))

    with pytest.raises(TwilioRestException):
        await world.send(ANA)
    await world.run_for(2)

    assert len(world.emulator.phone(ANA).inbox) == 1


async def test_slow_and_brownout_answer_in_the_end(world) -> None:
    """Time is the client's own, not the clock's."""
    world.emulator.faults.add(Fault("slow", times=1, args={"ms": 20}))
    await world.send(ANA)
    assert world.emulator.ledger.of(RequestHandled)[0].real_seconds >= 0.02

    world.emulator.faults.add(Fault("brownout", args={"ms": 1, "rate": 1}))
    with pytest.raises(TwilioRestException):
        await world.send(ANA)


async def test_a_fault_strikes_whom_it_matches_and_when(world) -> None:
    """The nth match, a prefix, and a moment at which it is over."""
    world.emulator.faults.add(Fault("http_429", to="+1555010*", nth=2))
    await world.send(ANA)
    with pytest.raises(TwilioRestException):
        await world.send(ANA)
    await world.send(ANA)

    until = world.clock.now().replace(second=30)
    world.emulator.faults.clear()
    world.emulator.faults.add(Fault("http_429", until=until))
    with pytest.raises(TwilioRestException):
        await world.send(ANA)
    await world.run_for(31)
    await world.send(ANA)


async def test_the_port_closes_for_a_while(world) -> None:
    """Connections are refused, and the same port opens again."""
    await world.send(ANA)
    world.emulator.faults.add(Fault("port_closed", args={"seconds": 10}))
    await world.emulator.idle()

    with pytest.raises(aiohttp.ClientError):
        await world.send(ANA)
    await world.run_for(10)

    await world.send(ANA)


async def test_the_carriers_clock_may_jump(world) -> None:
    """Dates in replies are off, while waits are as they were."""
    world.emulator.faults.add(Fault("clock_jump", args={"seconds": 7200}))

    message = await world.send(ANA)

    assert (message.date_created - world.clock.now()).total_seconds() == 7200


def test_an_unknown_fault_is_refused() -> None:
    """The message names those that are known."""
    with pytest.raises(ValueError, match="http_429"):
        Fault("http_428")

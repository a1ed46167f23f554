"""Small rules: segments, TwiML, and the counting of what runs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.carrier_emulator import segments, twiml
from services.carrier_emulator.activity import Activity
from services.carrier_emulator.mailbox import Mailbox
from services.runtime.clock import SteppedClock


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" * 69 + "\u2019", 1),
        ("x" * 70 + "\u2019", 2),
        ("\U0001f600" * 35, 1),
        ("\U0001f600" * 36, 2),
    ],
)
def test_segments_are_counted_as_they_go_over_the_air(body, parts) -> None:
    """One character outside GSM-7 makes the whole text dear."""
    assert segments.count(body) == parts
    assert "".join(segments.split(body)) == body


def test_smart_encoding_makes_quotes_plain() -> None:
    """A curly quote no longer costs a second segment."""
    assert segments.is_gsm7(segments.smart("\u201cok\u201d \u2013 it\u2019s fine\u2026"))


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        ("<Response>", "text/xml", 12100),
        ("<Reply/>", "text/xml", 12102),
        ("{}", "application/json", 12300),
        ("<Response>" + " " * 70_000 + "</Response>", "text/xml", 11750),
    ],
)
def test_bad_documents_are_refused_with_the_carriers_code(body, content_type, code) -> None:
    """The code goes to the debugger."""
    with pytest.raises(twiml.TwimlError) as refused:
        twiml.parse(body, content_type, "http://h/x")

    assert refused.value.code == code


def test_relative_urls_start_from_the_document() -> None:
    """An absent action is the document itself."""
    document = twiml.parse("<Response/>", "text/xml", "http://h/voice/start?page=7")

    assert document.resolve("digits") == "http://h/voice/digits"
    assert document.resolve("") == "http://h/voice/start?page=7"


async def test_a_sleeper_counts_from_the_moment_its_hour_comes() -> None:
    """There is no gap between the step of the clock and the waking of the task."""
    clock = SteppedClock(datetime(2026, 3, 4, tzinfo=UTC))
    activity = Activity(clock)
    done = []

    async def nap() -> None:
        await activity.pause(10)
        done.append(clock.now())

    activity.spawn(nap())
    assert activity.busy
    await activity.idle()
    assert not activity.busy

    await clock.step(clock.now() + timedelta(seconds=10))
    assert activity.busy
    assert done == []
    await activity.idle()
    assert len(done) == 1


async def test_a_waiter_counts_from_the_moment_it_is_woken() -> None:
    """Its timer is gone too, so the clock has nothing left to step to."""
    clock = SteppedClock(datetime(2026, 3, 4, tzinfo=UTC))
    activity = Activity(clock)
    box: Mailbox[str] = Mailbox(activity)
    got = []

    async def wait() -> None:
        got.append(await box.receive(60))
        got.append(await box.receive(5))

    activity.spawn(wait())
    await activity.idle()
    box.put("hello")
    assert activity.busy
    await activity.idle()
    assert got == ["hello"]
    assert clock.next_wake() == clock.now() + timedelta(seconds=5)

    await clock.step(clock.now() + timedelta(seconds=5))
    await activity.idle()
    assert got == ["hello", None]
    assert clock.next_wake() is None


async def test_a_signal_that_comes_with_the_time_out_is_counted_once() -> None:
    """The waiter is already running again when the item is put."""
    clock = SteppedClock(datetime(2026, 3, 4, tzinfo=UTC))
    activity = Activity(clock)
    box: Mailbox[str] = Mailbox(activity)
    got = []

    async def wait() -> None:
        got.append(await box.receive(10))
        got.append(await box.receive(10))

    for turns in range(8):
        got.clear()
        activity.spawn(wait())
        await activity.idle()
        await clock.step(clock.now() + timedelta(seconds=10))
        for _ in range(turns):
            await asyncio.sleep(0)
        box.put("hello")
        await activity.idle()
        await clock.step(clock.now() + timedelta(seconds=10))
        async with asyncio.timeout(30):
            await activity.idle()
        assert got in (["hello", None], [None, "hello"])


async def test_stopping_ends_sleepers_and_counts_nothing_afterwards() -> None:
    """A mistake in spawned work is kept for the test to see."""
    clock = SteppedClock(datetime(2026, 3, 4, tzinfo=UTC))
    activity = Activity(clock)

    async def fail() -> None:
        raise ValueError("broken")

    activity.spawn(activity.pause(10))
    activity.spawn(Mailbox[str](activity).receive(None))
    activity.spawn(fail())
    await asyncio.sleep(0.01)
    await activity.stop()

    assert not activity.busy
    assert [str(error) for error in activity.crashes] == ["broken"]

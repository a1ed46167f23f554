"""Webhooks are signed, tried again as their URL asks, and struck by faults."""

import pytest

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.faults import Fault
from services.carrier_emulator.signed_request import sign
from services.carrier_emulator.webhook_overrides import parse

ANA = "+15550101001"


def test_the_signature_is_the_one_in_the_carriers_documents() -> None:
    """The vector of the security page is reproduced."""
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }

    signature = sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", params)

    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("fragment", "status", "tries"),
    [("", 500, 1), ("#rc=3", 500, 1), ("#rc=3&rp=5xx", 500, 4), ("#rc=2&rp=all", 404, 3)],
)
async def test_a_failing_callback_is_tried_as_often_as_its_url_asks(world, fragment, status, tries) -> None:
    """By default an error answer is not worth another try; every try has one token."""
    world.site.replies["/status"] = (status, "no")

    await world.send(ANA, status_callback=world.status_url + fragment)
    await world.emulator.idle()

    hits = world.site.at("/status")
    assert len(hits) == tries
    assert len({hit.headers["I-Twilio-Idempotency-Token"] for hit in hits}) == 1
    assert all(hit.signed for hit in hits)
    assert [note.code for note in world.emulator.debugger.notes] == [11217]


async def test_a_refused_connection_is_tried_once_more(world) -> None:
    """The ledger keeps both attempts, without an answer."""
    await world.send(ANA, status_callback="http://127.0.0.1:9/status")
    await world.emulator.idle()

    tried = world.tried("sms_status")
    assert [(t.attempt, t.status, t.error_code) for t in tried] == [
        (0, None, 11205),
        (1, None, 11205),
    ]


def test_overrides_are_kept_within_their_ranges() -> None:
    """Too large is cut, nonsense is ignored, an unknown policy is noted."""
    url, overrides = parse("http://h/cb?x=1#rc=9&ct=1&rt=200&rp=never", Behaviour())

    assert url == "http://h/cb?x=1"
    assert (overrides.retries, overrides.connect_seconds) == (5, 0.1)
    assert overrides.read_seconds == 0.2
    assert overrides.bad_policy
    assert overrides.retries_after("ct")
    assert not overrides.retries_after("5xx")


async def test_a_callback_may_be_lost_or_late(world) -> None:
    """Lost ones never come; late ones come after the others."""
    world.emulator.faults.add(Fault("lost", status="sent", times=1))
    world.emulator.faults.add(Fault("delay", status="sent", args={"seconds": 60}))
    await world.send(ANA)
    await world.run_for(100)
    assert world.site.statuses() == ["delivered"]

    await world.send(ANA)
    await world.run_for(100)
    assert world.site.statuses() == ["delivered", "delivered", "sent"]


async def test_callbacks_may_be_swapped_doubled_or_replayed(world) -> None:
    """A double has the same token; a replay is an old one, signed as ever."""
    world.emulator.faults.add(Fault("out_of_order", status="sent", times=1))
    await world.send(ANA)
    await world.run_for(1)
    assert world.site.statuses() == ["delivered", "sent"]

    world.emulator.faults.add(Fault("duplicate", status="sent", times=1, args={"n": 2}))
    await world.send(ANA)
    await world.emulator.idle()
    doubles = world.site.at("/status")[2:]
    assert len({h.headers["I-Twilio-Idempotency-Token"] for h in doubles}) == 1
    assert len(doubles) == 3

    world.emulator.faults.add(Fault("replay_old", times=1))
    await world.run_for(1)
    last = world.site.hits[-1]
    assert (last.params, last.signed) == (world.site.hits[0].params, True)


async def test_a_held_back_callback_comes_in_the_end(world) -> None:
    """Nothing follows it, so it is sent by itself half a minute later."""
    world.emulator.faults.add(Fault("out_of_order", status="delivered"))

    await world.send(ANA)
    await world.run_for(31)

    assert world.site.statuses() == ["sent", "delivered"]


async def test_a_burst_is_many_copies_at_once(world) -> None:
    """Concurrency stays bounded."""
    world.emulator.faults.add(Fault("burst", times=1, args={"n": 50}))

    await world.send(ANA)
    await world.emulator.idle()

    assert len(world.site.at("/status")) == 51


@pytest.mark.parametrize("kind", ["bad_signature", "wrong_port_in_signature"])
async def test_a_signature_may_be_wrong(world, kind) -> None:
    """Our side has to refuse it."""
    world.emulator.faults.add(Fault(kind, status="sent"))

    await world.send(ANA)
    await world.run_for(1)

    assert [hit.signed for hit in world.site.hits] == [False, True]


async def test_parameters_may_be_odd_but_are_signed(world) -> None:
    """Unknown status, blank and extra parameters, header names in lower case."""
    for kind in ("unknown_status", "blank_param", "extra_param", "lower_case_header"):
        world.emulator.faults.add(Fault(kind, status="sent"))

    await world.send(ANA)
    await world.emulator.idle()

    hit = world.site.hits[0]
    assert hit.params["MessageStatus"] == "partially_delivered"
    assert hit.params["Price"] == ""
    assert hit.params["NewThing"] == "surprise"
    assert hit.signed
    assert "x-twilio-signature" in hit.headers


async def test_a_lost_inbound_webhook_goes_to_the_fallback(world) -> None:
    """The carrier believes that our side did not answer."""
    world.emulator.configure("+15550100001", sms_fallback_url=f"{world.site.url}/static")
    world.emulator.faults.add(Fault("lost", path="/sms", times=1))

    await world.emulator.phone(ANA).text("hello", to="+15550100001")
    await world.emulator.idle()

    assert world.site.at("/sms") == []
    assert world.site.at("/static")[0].params["ErrorCode"] == "11205"


async def test_surprise_parameters_come_now_and_then(make_world) -> None:
    """Callbacks grow parameters without notice."""
    world = await make_world(extra_param_rate=0.5)
    for _ in range(10):
        await world.send(ANA)
    await world.run_for(1)

    surprised = [hit for hit in world.site.hits if "NewThing" in hit.params]
    assert 0 < len(surprised) < 20
    assert all(hit.signed for hit in world.site.hits)

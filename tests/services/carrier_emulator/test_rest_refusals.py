"""The REST API refuses what the real one refuses, in its order and with its codes."""

import asyncio

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

ACCOUNT = "AC" + "1" * 32
KEY = ("SK" + "2" * 32, "the-key-secret")
ANA = "+15550101001"
FAST = "+15550100001"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "5551234"}, 21211),
        ({"from_": None}, 21603),
        ({"from_": "+15559999999"}, 21606),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"validity_period": 0}, 90007),
        ({"status_callback": "http://my_app/cb"}, 21609),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550008"}, 21611),
        ({"messaging_service_sid": "MG" + "9" * 32}, 21701),
    ],
)
async def test_a_bad_message_is_refused_with_the_carriers_code(world, changes, code) -> None:
    """The SDK raises the code and the carrier's link to its explanation."""
    form = {"to": ANA, "from_": FAST, "body": "hello", **changes}

    with pytest.raises(TwilioRestException) as refused:
        await world.client.messages.create_async(**form)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert world.emulator.messages == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "12"}, 21211),
        ({"from_": "+15559999999"}, 21210),
        ({"url": None}, 21205),
        ({"url": "nonsense"}, 21205),
    ],
)
async def test_a_bad_call_is_refused_with_the_carriers_code(world, changes, code) -> None:
    """Nothing rings."""
    form = {"to": ANA, "from_": FAST, "url": "http://127.0.0.1/x", **changes}

    with pytest.raises(TwilioRestException) as refused:
        await world.client.calls.create_async(**form)

    assert refused.value.code == code


async def test_a_wrong_token_is_401_and_another_account_is_404(world) -> None:
    """An API key opens the same account."""
    wrong = Client(ACCOUNT, "wrong", http_client=world.http)
    with pytest.raises(TwilioRestException) as refused:
        await wrong.messages.create_async(to=ANA, from_=FAST, body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)

    with pytest.raises(TwilioRestException) as refused:
        await world.client.api.accounts("AC" + "9" * 32).messages("SM" + "0" * 32).fetch_async()
    assert (refused.value.status, refused.value.code) == (404, 20404)

    keyed = Client(*KEY, account_sid=ACCOUNT, http_client=world.http)
    account = await keyed.api.accounts(ACCOUNT).fetch_async()
    assert account.status == "active"


async def test_an_unknown_sid_is_404_and_an_error_of_a_list_has_no_code(world) -> None:
    """The second is a trap of the SDK, kept as it is."""
    with pytest.raises(TwilioRestException) as refused:
        await world.client.messages("SM" + "0" * 32).fetch_async()
    assert refused.value.code == 20404

    wrong = Client(ACCOUNT, "wrong", http_client=world.http)
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        await wrong.messages.list_async(limit=1)


async def test_lists_come_newest_first_a_page_at_a_time(world) -> None:
    """A filter by To finds a text whose reply was lost."""
    sids = [(await world.send(ANA, f"page {n}")).sid for n in range(5)]
    await world.send("+15550101002")
    await world.run_for(2)

    found = await world.client.messages.list_async(to=ANA, page_size=2)
    assert [message.sid for message in found] == sids[::-1]
    later = world.clock.now()
    assert await world.client.messages.list_async(date_sent_after=later) == []


async def test_too_many_requests_at_once_are_refused_and_not_processed(make_world) -> None:
    """The reply is 429 with code 20429 and names a wait."""
    world = await make_world(max_concurrent_requests=2, rest_real_seconds=0.05)
    outcomes = await asyncio.gather(*(world.send(ANA) for _ in range(6)), return_exceptions=True)

    refused = [o for o in outcomes if isinstance(o, TwilioRestException)]
    assert [error.code for error in refused] == [20429] * len(refused)
    assert len(world.emulator.messages) == 6 - len(refused)
    assert refused


async def test_a_full_queue_refuses_more(make_world) -> None:
    """The limit is ten hours of air; here it is five seconds."""
    world = await make_world(queue_limit_seconds=5)
    for _ in range(6):
        await world.send(ANA, from_="+15550100002")

    with pytest.raises(TwilioRestException) as refused:
        await world.send(ANA, from_="+15550100002")

    assert refused.value.code == 21611


async def test_lookups_tell_landlines_from_mobiles(world) -> None:
    """The lookup host is part of the same server."""
    world.emulator.add_phone("+15550101009", "landline")

    found = await world.client.lookups.v2.phone_numbers("+15550101009").fetch_async(
        fields="line_type_intelligence"
    )

    assert found.line_type_intelligence["type"] == "landline"

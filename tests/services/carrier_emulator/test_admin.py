"""The admin API moves phones, injects faults and shows the truth; the carrier's API has no part."""

import asyncio
import json
import signal
import subprocess
import sys

import aiohttp
import pytest

from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.numbers import SenderNumber
from services.runtime.clock import ScaledClock

ANA = "+15550101001"
FAST = "+15550100001"
LOGIN = {"Authorization": "Basic QUMxOnQ="}
TOKEN = {"X-Emulator-Token": "admin"}


@pytest.fixture
async def admin(world):
    """Return a client of the admin API."""
    async with aiohttp.ClientSession(world.emulator.base_url, headers=TOKEN) as session:
        yield session


async def test_the_admin_api_wants_its_token(world) -> None:
    """Not even a demo opens it to foreign pages."""
    async with aiohttp.ClientSession(world.emulator.base_url) as session:
        assert (await session.get("/_emu/ledger")).status == 403
        assert (await session.get("/_emu/ledger?token=wrong")).status == 403
        assert (await session.get("/_emu/ledger?token=admin")).status == 200


async def test_a_demo_is_open_to_its_own_page_only() -> None:
    """A foreign origin or a rebound host name stays out."""
    emulator = CarrierEmulator(ScaledClock(), account_sid="AC1", auth_token="t", demo=True, numbers=())
    async with emulator, aiohttp.ClientSession(emulator.base_url) as session:
        assert (await session.get("/_emu/phones")).status == 200
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
            assert (await session.get("/_emu/phones", headers=headers)).status == 403


async def test_phones_are_moved_over_http(world, admin) -> None:
    """Add a phone, text, call, answer, press, hang up."""
    await admin.post("/_emu/phones", json={"number": ANA, "profile": "manual"})
    await admin.post(f"/_emu/phones/{ANA}/send", json={"body": "hello", "to": FAST})
    twiml = '<Response><Gather action="/digits" numDigits="1"/></Response>'
    call = await world.dial(ANA, twiml)
    await world.send(ANA, "a page")
    await world.run_for(1)
    for act, body in (("answer", {}), ("press", {"digits": "1"})):
        reply = await admin.post(f"/_emu/calls/{call.sid}/{act}", json=body)
        assert reply.status == 200
        await world.emulator.idle()

    assert world.site.at("/sms")[0].params["Body"] == "hello"
    assert world.site.at("/digits")[0].params["Digits"] == "1"
    inbox = await (await admin.get(f"/_emu/phones/{ANA}/inbox")).json()
    assert [text["body"] for text in inbox] == ["a page"]
    calls = await (await admin.get("/_emu/calls")).json()
    assert calls[0]["status"] == "completed"
    gone = await admin.post(f"/_emu/calls/{call.sid}/hangup")
    assert gone.status == 404


async def test_faults_ledger_and_reset(world, admin) -> None:
    """A reset leaves only the configuration."""
    reply = await admin.post("/_emu/faults", json={"fault": "lost", "match": {"to": ANA, "times": 1}})
    assert await reply.json() == {"id": 1}
    assert (await admin.post("/_emu/faults", json={"fault": "nonsense"})).status == 400
    await world.send(ANA)
    await world.run_for(1)

    struck = await (await admin.get("/_emu/ledger?kind=fault_struck")).json()
    assert [entry["fault"] for entry in struck] == ["lost"]
    assert (await (await admin.get("/_emu/faults")).json())[0]["struck"] == 1
    await admin.post("/_emu/reset")
    assert await (await admin.get("/_emu/ledger")).json() == []
    assert await (await admin.get("/_emu/faults")).json() == []
    await admin.post("/_emu/numbers", json={"number": FAST, "sms_url": "http://127.0.0.1:1/"})
    numbers = await (await admin.get("/_emu/numbers")).json()
    assert numbers[0]["sms_url"] == "http://127.0.0.1:1/"


async def test_the_clock_can_be_stepped_over_http(world, admin) -> None:
    """Only a clock that stands still can."""
    await world.send(ANA)
    await world.emulator.idle()
    await admin.post("/_emu/clock", json={"advance": 1})
    await world.emulator.idle()

    assert world.site.statuses() == ["sent", "delivered"]


async def test_events_are_streamed_as_they_happen(world, admin) -> None:
    """Each is a ledger entry as JSON; an open stream does not keep the carrier busy."""
    async with admin.get("/_emu/events") as stream:
        await world.send(ANA)
        await world.run_for(1)
        kinds = []
        async with asyncio.timeout(30):
            async for line in stream.content:
                if line.startswith(b"data: "):
                    kinds.append(json.loads(line[6:])["kind"])
                if kinds[-1:] == ["sms_reached_phone"]:
                    break

    assert kinds[:2] == ["sms_changed", "request_handled"]


async def test_the_same_numbers_on_a_running_clock() -> None:
    """Scaled time needs no stepping."""
    clock = ScaledClock(scale=100)
    emulator = CarrierEmulator(
        clock, account_sid="AC1", auth_token="t", numbers=(SenderNumber(FAST, rate=1.0),)
    )
    async with emulator, aiohttp.ClientSession(emulator.base_url) as session:
        form = {"To": ANA, "From": FAST, "Body": "page"}
        for _ in range(3):
            url = "/2010-04-01/Accounts/AC1/Messages.json"
            await session.post(url, data=form, headers=LOGIN)
        async with asyncio.timeout(30):
            while len(emulator.phone(ANA).inbox) < 3:
                await asyncio.sleep(0.01)
    clock.stop()


def test_the_process_starts_and_ends_cleanly() -> None:
    """SIGTERM ends it with 0; without a token it says what is missing."""
    command = [sys.executable, "-m", "services.carrier_emulator", "--port", "0"]
    broken = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert broken.returncode == 2
    assert "auth_token" in broken.stderr

    with subprocess.Popen(
        [*command, "--auth-token", "t", "--number", f"{FAST}@1"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "listens on http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0

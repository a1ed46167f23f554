"""When nothing of ours answers, the carrier says what stands in deploy/fallback: 911, 988, call the next."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.entries import WebhookTried
from services.carrier_emulator.faults import Fault
from services.carrier_emulator.numbers import SenderNumber
from services.runtime.clock import ScaledClock
from tests.support.world import LINE, PATIENTS, SID, TOKEN, World, free_port
from tests.support.world import world as open_world

FALLBACK = Path(__file__).parents[2] / "deploy" / "fallback"


class Elsewhere:
    """A static web server far from ours, which serves deploy/fallback by GET only."""

    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[str] = []

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{name}", self._serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        return web.Response(body=(FALLBACK / name).read_bytes(), content_type="text/xml")

    def configure(self, emulator: CarrierEmulator, ours: str) -> None:
        """Set our number up as deploy/README.md says."""
        emulator.numbers.configure(
            LINE,
            sms_url=f"{ours}/twilio/sms",
            sms_fallback_url=self.url("sms.xml"),
            sms_fallback_method="GET",
            voice_url=f"{ours}/twilio/call",
            voice_fallback_url=self.url("voice.xml"),
            voice_fallback_method="GET",
        )


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    server = Elsewhere()
    await server.start()
    yield server
    await server.stop()


def assert_help(text: str) -> None:
    """Assert that it says where help is, and that a machine says so."""
    spoken = text.replace(" ", "")
    assert "911" in spoken and "988" in spoken
    assert "system is down" in text


async def test_with_every_server_of_ours_off_a_text_and_a_call_are_answered(elsewhere: Elsewhere) -> None:
    """Nobody listens where our webhooks point: the carrier answers both from elsewhere."""
    clock = ScaledClock(20)
    emulator = CarrierEmulator(
        clock, account_sid=SID, auth_token=TOKEN, numbers=(SenderNumber(LINE),), admin_token="t"
    )
    await emulator.start()
    elsewhere.configure(emulator, f"http://127.0.0.1:{free_port()}")
    phone = emulator.phone("+12025550121")
    try:
        await phone.text("i don't want to be here any more", LINE)
        call = await phone.call(LINE)
        async with asyncio.timeout(8):
            while not (phone.inbox and call.is_over):
                await asyncio.sleep(0.02)
    finally:
        await emulator.stop()
        clock.stop()

    assert_help(phone.inbox[0].body)
    assert_help(" ".join(phone.heard))
    assert sorted(elsewhere.asked) == ["sms.xml", "voice.xml"]


def statuses(world: World, purpose: str) -> list[int | None]:
    """Return the HTTP statuses our webhooks of that purpose answered."""
    return [entry.status for entry in world.emulator.ledger.of(WebhookTried) if entry.purpose == purpose]


async def test_with_nats_down_the_gateway_refuses_and_the_carrier_answers_from_elsewhere(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """The gateway is up but can't store: 503, never 200; when NATS is back the next text is taken."""
    async with open_world(tmp_path, settings={"VIGIL_GATEWAY_PATIENCE_SECONDS": "0.6"}) as world:
        elsewhere.configure(world.emulator, world.url)
        rivera = world.phone("rivera")
        world.server.kill()
        try:
            await rivera.text("i took them all", LINE)
            await rivera.call(LINE)
            async with asyncio.timeout(10):
                while len(elsewhere.asked) < 2:
                    await asyncio.sleep(0.02)
        finally:
            await world.server.start()
        assert sorted(elsewhere.asked) == ["sms.xml", "voice.xml"]
        assert statuses(world, "sms_inbound") == [503]
        assert statuses(world, "voice") == [503]
        await reconnected(world)
        await world.later(seconds=90)
        assert_help(" ".join(text.body for text in rivera.inbox))
        assert_help(" ".join(rivera.heard))

        # What was refused may lie in the client's buffer and be stored now: that pages, and is no harm.
        await world.phone("rivera").text("are you there", LINE)
        await world.later(seconds=2)
        assert statuses(world, "sms_inbound") == [503, 200]
        assert world.texts("ana"), "she is paged as soon as NATS is back"


async def reconnected(world: World) -> None:
    """Wait until every service has its connection again."""
    clients = [world.admin, *(shell.nc for shell in world.vigil.shells.values())]
    async with asyncio.timeout(10):
        while not all(nc.is_connected for nc in clients):
            await asyncio.sleep(0.02)


async def test_a_page_answered_while_the_gateway_is_away_says_to_call_the_next(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """ana picks up, our TwiML does not come: she hears that nothing was taken, and the chain goes on."""
    settings = {"VIGIL_VOICE_FALLBACK_URL": elsewhere.url("voice-page.xml")}
    async with open_world(tmp_path, settings=settings) as world:
        world.emulator.faults.add(Fault("lost", path="/twilio/voice/ana"))
        await world.signal("screen_positive", "imminent", "rivera")
        await world.later(seconds=2)
        await world.phone("ana").answer()
        await world.later(seconds=30)

        heard = " ".join(world.phone("ana").heard)
        assert "Nothing was taken by this call" in heard and "next person" in heard
        assert elsewhere.asked == ["voice-page.xml"]
        assert (await world.open_brief()).holder is None
        await world.until("03:13:02")
        assert world.phone("ben").ringing is not None


async def test_without_such_a_url_the_carrier_gets_none(world: World) -> None:
    """The setting is empty by default: no fallback is named, and the page still moves on."""
    world.emulator.faults.add(Fault("lost", path="/twilio/voice/ana"))
    await world.signal("screen_positive", "imminent", "rivera")
    await world.later(seconds=2)
    await world.phone("ana").answer()
    await world.later(seconds=30)
    assert "application error" in " ".join(world.phone("ana").heard)
    assert PATIENTS["rivera"] not in " ".join(world.phone("ana").heard)

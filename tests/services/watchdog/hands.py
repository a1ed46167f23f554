"""A watchdog on a real nats-server, with a carrier of its own and a clock that is stepped."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import nats
from aiohttp import web

from contracts.commits import BRIEF, DUE
from contracts.signals import Signal
from contracts.streams import stream
from services.runtime.activity import Activity
from services.runtime.clock import SteppedClock
from services.runtime.settings import Settings
from services.watchdog import app
from services.watchdog.settings import WatchdogSettings

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PHONES = ("+12025550115", "+12025550116")


class Outside:
    """What stands outside of Vigil: a carrier that takes texts, and whoever listens for the heartbeat."""

    def __init__(self):
        self.texts = []
        self.statuses = []
        self.beats = 0
        self.url = ""

    async def _post(self, request):
        form = await request.post()
        status = self.statuses.pop(0) if self.statuses else 201
        if status == 201:
            assert request.headers["Authorization"].startswith("Basic ")
            self.texts.append((form["To"], form["Body"]))
        return web.json_response({}, status=status)

    async def _beat(self, _request):
        self.beats += 1
        return web.Response()

    @contextlib.asynccontextmanager
    async def open(self):
        server = web.Application()
        server.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._post)
        server.router.add_get("/beat", self._beat)
        runner = web.AppRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def to(self, phone=PHONES[0]):
        return [text for number, text in self.texts if number == phone]


class Night:
    """The watchdog under test, and hands to make trouble for it."""

    def __init__(self, server, outside):
        self.server, self.outside = server, outside
        self.clock = SteppedClock(START)
        self.activity = Activity()
        self.heartbeat = server.folder / "heartbeat"
        self.admin = None
        self.watchdog = None

    def settings(self, **more):
        values = {
            "ops_phones": ",".join(PHONES),
            "ops_number": "+12025550100",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "t",
            "carrier_url": self.outside.url,
            "heartbeat_url": f"{self.outside.url}/beat",
        }
        return Settings(var=self.server.folder, nats_url=self.server.url), WatchdogSettings(**values | more)

    async def connect(self):
        self.admin = await nats.connect(
            self.server.url,
            user="admin",
            password=self.server.passwords["admin"],
            reconnect_time_wait=0.05,
            max_reconnect_attempts=-1,
            error_cb=_quiet,
        )
        self.js = self.admin.jetstream()

    async def start(self, **more):
        self.watchdog = await app.start(*self.settings(**more), self.clock, self.activity)

    async def ready(self):
        """Let the first look see NATS, and a second pass until the heart beats."""
        await self.js_back()
        await self.passes(0)
        await self.passes(1)
        assert self.heartbeat.exists()

    async def stop(self):
        if self.watchdog is not None:
            await self.watchdog.stop()
        if self.admin is not None:
            await self.admin.close()

    async def passes(self, seconds):
        """Let time pass, look by look; what each look set going ends before the next."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while (wake := self.clock.next_wake()) is not None and wake <= end:
            await self.clock.step(wake)
            async with asyncio.timeout(10):
                while self.activity.now:
                    await asyncio.sleep(0.001)
        await self.clock.step(end)

    async def commit(self, subject, due_in=None, brief=None):
        """Append what an aggregate appends, only due and brief matter; whoever consumes it does."""
        due = None if due_in is None else self.clock.now() + timedelta(seconds=due_in)
        headers = {DUE: due.isoformat()} if due else {"Vigil-Kinds": "x"}
        if brief is not None:
            headers[BRIEF] = brief.model_dump_json()
        await self.js.publish(subject, b"{}", headers=headers)
        name = subject.partition(".")[0].upper()
        for durable in stream(name).durables:
            pull = await self.js.pull_subscribe_bind(durable=durable.name, stream=name)
            for message in await pull.fetch(10, timeout=10):
                await message.ack_sync()
            await pull.unsubscribe()

    async def stored(self, name):
        """Return what a stream holds, oldest first: (subject, data)."""
        state = (await self.js.stream_info(name)).state
        found = [
            await self.js.get_msg(name, seq) for seq in range(max(1, state.first_seq), state.last_seq + 1)
        ]
        return [(one.subject, one.data) for one in found]

    async def faults(self):
        stored = await self.stored("SIGNALS")
        signals = [(subject, Signal.model_validate_json(data)) for subject, data in stored]
        return [signal for subject, signal in signals if subject == "signals.system_fault"]

    async def js_back(self):
        """Return once both the tests and the watchdog have a connection again, without time passing."""
        async with asyncio.timeout(30):
            while not (self.admin.is_connected and await self.watchdog.view.answers()):
                await asyncio.sleep(0.02)

    def beat_at(self):
        return datetime.fromisoformat(self.heartbeat.read_text().strip())

    async def at_ease(self):
        """Return whether the heart beats at this moment."""
        await self.passes(1)
        return self.beat_at() >= self.clock.now() - timedelta(seconds=1)


async def _quiet(_error):
    """Tests take the server away; the client need not print that."""

"""The page over an emulator on this machine, without Vigil behind it, and a gateway that only listens."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from services.carrier_emulator.demo.settings import DemoSettings
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.numbers import SenderNumber
from services.runtime.clock import ScaledClock

DEMO = Path(__file__).parents[4] / "deploy" / "demo"
LINE, CRISIS_LINE = "+12025550100", "+12025550199"


@dataclass
class Gateway:
    """Takes signals, remembers them, and answers as it is told."""

    status: int = 202
    url: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.events.append(json.loads(await request.text()))
        self.headers.append(dict(request.headers))
        return web.json_response({"patient": "pt_of_robin"}, status=self.status)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    stub = Gateway()
    app = web.Application()
    app.router.add_post("/v1/signals", stub.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stub
    await runner.cleanup()


async def _nobody() -> Any:
    """Vigil never comes up."""
    await asyncio.Event().wait()


@pytest.fixture
async def emulator(gateway: Gateway) -> AsyncIterator[CarrierEmulator]:
    clock = ScaledClock()
    settings = DemoSettings(
        demo_folder=DEMO,
        public_url=gateway.url,
        source_tokens={"demo": SecretStr("demo-token")},
        staff_number=LINE,
        patient_number=CRISIS_LINE,
    )
    emulator = CarrierEmulator(
        clock,
        account_sid="AC" + "1" * 32,
        auth_token="secret",
        numbers=(SenderNumber(LINE), SenderNumber(CRISIS_LINE)),
        demo=True,
        demo_settings=settings,
        demo_connect=_nobody,
    )
    await emulator.start()
    yield emulator
    await emulator.stop()
    clock.stop()
    assert emulator.crashes == ()


@pytest.fixture
async def http(emulator: CarrierEmulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(emulator.base_url, timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session

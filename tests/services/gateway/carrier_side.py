"""Copies of the gateway beside a carrier whose webhooks lead nowhere, on one clock."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import nats

from contracts.carrier import CallReceived, SmsReceived
from contracts.people import Patient
from contracts.signals import Signal
from contracts.values import Sealed
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.numbers import SenderNumber
from services.gateway.app import GatewayService, start
from services.runtime import provision
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import Seals
from services.runtime.settings import Settings
from services.runtime.shell import Shell, open_shell
from tests.services.gateway.conftest import ANA, LINE, NOW, TOKEN, gateway_settings, person

ACCOUNT = "AC" + "1" * 32
CRISIS = "+12025550101"
RIVERA = "+12025550121"


class Side:
    """A carrier, NATS, and any number of gateways."""

    def __init__(self, folder: Path) -> None:
        self.clock = SteppedClock(NOW)
        self.server = EmbeddedServer(folder / "var")
        self.seals = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
        self.emulator = CarrierEmulator(
            self.clock,
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            numbers=(SenderNumber(LINE), SenderNumber(CRISIS)),
            admin_token="t",
        )
        self.copies: list[tuple[GatewayService, Shell]] = []

    async def open(self) -> None:
        await self.server.start()
        await self.emulator.start()
        self.admin = await nats.connect(
            self.server.url, user="admin", password=self.server.passwords["admin"]
        )
        await provision.provision(self.admin, marks=False)
        self.opener = self.seals.with_patients(PatientKeys(self.admin, self.seals, self.clock.now))
        people = await self.admin.jetstream().key_value("people")
        await people.put("ana", person(self.seals, "ana", ANA).model_dump_json().encode())
        patients = await self.admin.jetstream().key_value("patients")
        await patients.put("pt_r", Patient(id="pt_r").model_dump_json().encode())

    async def close(self) -> None:
        while self.copies:
            await self.stop_one()
        await self.admin.close()
        await self.emulator.stop()
        self.server.kill()
        assert self.emulator.crashes == ()

    async def gateway(self, **changed: object) -> GatewayService:
        """Start a copy, and wait until its first round is over."""
        settings = Settings(var=Path(self.server.folder), nats_url=self.server.url)
        shell = await open_shell("gateway", settings, self.clock, self.seals)
        values: dict[str, object] = {
            "twilio_account_sid": ACCOUNT,
            "carrier_url": self.emulator.base_url,
            "carrier_timeout_seconds": 1,
            "patient_number": CRISIS,
            "carrier_redact_after_hours": 0,
        }
        service = await start(shell, gateway_settings(**(values | changed)))
        self.copies.append((service, shell))
        await self.quiet()
        return service

    async def stop_one(self) -> None:
        service, shell = self.copies.pop()
        await service.stop()
        await shell.close()

    async def quiet(self) -> None:
        await self.emulator.idle()
        for _ in range(3):
            await asyncio.sleep(0.01)
            while any(shell.activity.now for _, shell in self.copies):
                await asyncio.sleep(0.005)

    async def later(self, **span: float) -> None:
        """Let that much time pass, stopping wherever somebody waits."""
        until = self.clock.now() + timedelta(**span)
        await self.quiet()
        while (at := self.clock.next_wake()) is not None and at <= until:
            await self.clock.step(at)
            await self.quiet()
        await self.clock.step(until)
        await self.quiet()

    async def jump(self, **span: float) -> None:
        """Let that much time pass at once: whoever waits is called once, late."""
        await self.later(seconds=10)
        await self.clock.step(self.clock.now() + timedelta(**span) - timedelta(seconds=10))
        await self.quiet()

    # -- what was published ------------------------------------------------------------------

    async def texts(self) -> list[SmsReceived]:
        return [SmsReceived.model_validate_json(raw) for raw in await self._all("carrier.sms_received.*")]

    async def calls(self) -> list[CallReceived]:
        return [CallReceived.model_validate_json(raw) for raw in await self._all("carrier.call_received.*")]

    async def faults(self) -> list[Signal]:
        found = await self._all("signals.system_fault", "SIGNALS")
        return [Signal.model_validate_json(raw) for raw in found]

    async def bodies(self) -> list[str]:
        return [await self.opener.opened(text.body) for text in await self.texts()]

    async def form(self, sealed: Sealed) -> dict[str, str]:
        return dict(json.loads(await self.opener.opened(sealed)))

    async def mark(self, name: str) -> datetime:
        bucket = await self.admin.jetstream().key_value("carrier_marks")
        return datetime.fromisoformat(((await bucket.get(name)).value or b"").decode())

    async def _all(self, subject: str, stream: str = "CARRIER") -> list[bytes]:
        found: list[bytes] = []
        sequence = 1
        while True:
            ask = json.dumps({"seq": sequence, "next_by_subj": subject}).encode()
            reply = await self.admin.request(f"$JS.API.DIRECT.GET.{stream}", ask, timeout=30)
            if "Status" in (reply.headers or {}):
                return found
            found.append(reply.data)
            sequence = int((reply.headers or {})["Nats-Sequence"]) + 1


@contextlib.asynccontextmanager
async def opened_side(folder: Path) -> AsyncIterator[Side]:
    """Open, and close whatever happens."""
    side = Side(folder)
    await side.open()
    try:
        yield side
    finally:
        await side.close()

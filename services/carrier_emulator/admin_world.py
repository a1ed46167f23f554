"""Admin routes about the whole carrier: faults, ledger, numbers, clock, seed, reset, health."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from services.carrier_emulator.admin_json import read_json
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.events import Events
from services.carrier_emulator.faults import Faults, from_json
from services.carrier_emulator.ledger import Ledger, as_json, kind
from services.carrier_emulator.numbers import Numbers
from services.runtime.clock import Clock, ScaledClock, SteppedClock


class AdminWorld:
    """Handlers for the other /_emu routes."""

    def __init__(
        self,
        *,
        clock: Clock,
        faults: Faults,
        ledger: Ledger,
        debugger: Debugger,
        numbers: Numbers,
        events: Events,
        reset: Callable[[int | None], Awaitable[None]],
        is_busy: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._ledger = ledger
        self._debugger = debugger
        self._numbers = numbers
        self._events = events
        self._reset = reset
        self._is_busy = is_busy

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/_emu/health", self.health),
            web.get("/_emu/events", self._events.stream),
            web.get("/_emu/ledger", self.ledger),
            web.get("/_emu/debugger", self.debugger),
            web.get("/_emu/numbers", self.numbers),
            web.post("/_emu/numbers", self.configure),
            web.get("/_emu/faults", self.list_faults),
            web.post("/_emu/faults", self.post_fault),
            web.delete("/_emu/faults", self.clear_faults),
            web.delete("/_emu/faults/{id:\\d+}", self.remove_fault),
            web.get("/_emu/clock", self.clock),
            web.post("/_emu/clock", self.advance),
            web.post("/_emu/seed", self.reseed),
            web.post("/_emu/reset", self.reset),
        ]

    async def health(self, request: web.Request) -> web.Response:
        """Show that the emulator lives, and whether it is busy."""
        return web.json_response({"status": "ok", "busy": self._is_busy()})

    async def ledger(self, request: web.Request) -> web.Response:
        """Show the ledger, or with ?kind= the entries of one kind, after the first ?after=n."""
        wanted = request.query.get("kind")
        after = int(request.query.get("after", "0"))
        shown = (e for e in self._ledger.entries[after:] if wanted in (None, kind(e)))
        return web.json_response([as_json(entry) for entry in shown])

    async def debugger(self, request: web.Request) -> web.Response:
        """Show the carrier's complaints."""
        return web.json_response([as_json(note) for note in self._debugger.notes])

    async def numbers(self, request: web.Request) -> web.Response:
        """Show the rented numbers."""
        return web.json_response([dataclasses.asdict(n) for n in self._numbers.senders.values()])

    async def configure(self, request: web.Request) -> web.Response:
        """Change the webhooks of a rented number: {number, sms_url, ...}."""
        values = {name: str(value) for name, value in (await read_json(request)).items()}
        try:
            sender = self._numbers.configure(values.pop("number"), **values)
        except TypeError as error:
            raise ValueError(str(error)) from error
        return web.json_response(dataclasses.asdict(sender))

    async def list_faults(self, request: web.Request) -> web.Response:
        """Show the faults in force."""
        return web.json_response(
            [
                {"id": number, "fault": fault.kind, "struck": struck, "args": dict(fault.args)}
                for number, fault, struck in self._faults.in_force()
            ]
        )

    async def post_fault(self, request: web.Request) -> web.Response:
        """Put a fault in force: {fault, match: {to, from, path, status, nth, ...}, args}."""
        number = self._faults.add(from_json(await read_json(request)))
        return web.json_response({"id": number}, status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Take every fault out of force."""
        self._faults.clear()
        return web.Response(status=204)

    async def remove_fault(self, request: web.Request) -> web.Response:
        """Take one fault out of force."""
        self._faults.remove(int(request.match_info["id"]))
        return web.Response(status=204)

    async def clock(self, request: web.Request) -> web.Response:
        """Show the carrier's time."""
        scale = self._clock.scale if isinstance(self._clock, ScaledClock) else 0
        return web.json_response({"now": self._clock.now().isoformat(), "scale": scale})

    async def advance(self, request: web.Request) -> web.Response:
        """Step a stepped clock: {advance: seconds}; a running clock cannot be moved."""
        if not isinstance(self._clock, SteppedClock):
            return web.json_response({"error": "the clock runs by itself"}, status=409)
        seconds = float(str((await read_json(request)).get("advance", 0)))
        await self._clock.step(self._clock.now() + timedelta(seconds=seconds))
        return web.json_response({"now": self._clock.now().isoformat()})

    async def reseed(self, request: web.Request) -> web.Response:
        """Reset everything and start again from another seed: {seed}."""
        await self._reset(int(str((await read_json(request)).get("seed", 0))))
        return web.Response(status=204)

    async def reset(self, request: web.Request) -> web.Response:
        """Forget messages, calls, phones, faults, opt-outs and the ledger."""
        await self._reset(None)
        return web.Response(status=204)

"""The emulator put together: the carrier, its HTTP server, and its admin API."""

from typing import Self

from aiohttp import web

from services.carrier_emulator import rest_api
from services.carrier_emulator.activity import Activity
from services.carrier_emulator.admin_access import AdminAccess
from services.carrier_emulator.admin_json import explain
from services.carrier_emulator.admin_phones import AdminPhones
from services.carrier_emulator.admin_world import AdminWorld
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.calls import Call
from services.carrier_emulator.carrier import Carrier
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.demo import page as demo_page
from services.carrier_emulator.demo.demo import Demo
from services.carrier_emulator.demo.live import Connect, connector
from services.carrier_emulator.demo.settings import DemoSettings
from services.carrier_emulator.events import Events
from services.carrier_emulator.faults import Fault, Faults
from services.carrier_emulator.gate import Gate
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.messages import Message
from services.carrier_emulator.numbers import MessagingService, Numbers, SenderNumber
from services.carrier_emulator.phones import Phone
from services.carrier_emulator.port import HOST, Port
from services.carrier_emulator.profiles import Profile
from services.runtime.clock import Clock
from services.runtime.settings import Settings as RuntimeSettings


class CarrierEmulator:
    """A carrier in this process: start it, give its `base_url` to clients, read its ledger."""

    def __init__(
        self,
        clock: Clock,
        *,
        account_sid: str,
        auth_token: str,
        api_key: tuple[str, str] | None = None,
        numbers: tuple[SenderNumber, ...] = (),
        services: tuple[MessagingService, ...] = (),
        behaviour: Behaviour | None = None,
        admin_token: str = "",
        seed: int = 0,
        demo: bool = False,
        demo_settings: DemoSettings | None = None,
        demo_connect: Connect | None = None,
    ) -> None:
        self._behaviour = behaviour or Behaviour()
        self.numbers = Numbers({n.number: n for n in numbers}, {s.sid: s for s in services})
        self.carrier = Carrier(
            clock,
            account_sid=account_sid,
            auth_token=auth_token,
            numbers=self.numbers,
            behaviour=self._behaviour,
            seed=seed,
        )
        credentials = {account_sid: auth_token} | (dict([api_key]) if api_key else {})
        self._events = Events(self.ledger)
        self.app = web.Application(
            middlewares=[
                self._gate(credentials).middleware(),
                AdminAccess(admin_token, demo=demo).middleware(),
                explain,
            ]
        )
        self.app.add_routes(rest_api.routes(self.carrier, self._behaviour) + self._admin_routes())
        self._demo = self._make_demo(demo_settings, demo_connect) if demo else None
        self.app.add_routes(self._demo.routes() if self._demo else demo_page.off_routes())
        self._port = Port(self.app, self.activity)
        self.faults.when_added.append(self._strike_at_once)

    @property
    def activity(self) -> Activity:
        """Return what counts the running work."""
        return self.carrier.activity

    @property
    def ledger(self) -> Ledger:
        """Return the truth about what happened."""
        return self.carrier.ledger

    @property
    def faults(self) -> Faults:
        """Return the faults in force."""
        return self.carrier.faults

    @property
    def debugger(self) -> Debugger:
        """Return the carrier's complaints about our webhooks."""
        return self.carrier.debugger

    @property
    def messages(self) -> dict[str, Message]:
        """Return every message by its sid."""
        return self.carrier.sms.messages

    @property
    def calls(self) -> dict[str, Call]:
        """Return every leg by its sid."""
        return self.carrier.voice.calls

    @property
    def base_url(self) -> str:
        """Return the URL that stands for https://api.twilio.com."""
        return f"http://{HOST}:{self._port.number}"

    @property
    def busy(self) -> bool:
        """Tell whether anything could happen without the clock moving on."""
        return self.activity.busy

    @property
    def crashes(self) -> tuple[BaseException, ...]:
        """Return mistakes of the emulator itself; a test should find none."""
        return tuple(self.activity.crashes)

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        await self.carrier.webhooks.start()
        await self._port.open(port)
        self.carrier.base_url = self.base_url
        if self._demo is not None:
            self._demo.start()

    async def stop(self) -> None:
        """End everything; calls and callbacks under way are dropped."""
        self._events.stop()
        if self._demo is not None:
            await self._demo.stop()
        await self.activity.stop()
        await self._port.shut()
        await self.carrier.webhooks.stop()

    async def idle(self) -> None:
        """Return when nothing can happen before the clock moves on."""
        await self.activity.idle()

    async def reset(self, seed: int | None = None) -> None:
        """Forget everything but the configuration."""
        await self.carrier.reset(seed)
        if self._demo is not None:
            self._demo.forget()

    def phone(self, number: str) -> Phone:
        """Return the phone with that number; a new one has the default profile."""
        return self.carrier.phones.phone(number)

    def add_phone(self, number: str, profile: Profile | str = "manual") -> Phone:
        """Add a phone, or give it another profile."""
        return self.carrier.phones.add(number, profile)

    def configure(self, number: str, **urls: str) -> SenderNumber:
        """Change the webhooks of a rented number: sms_url, voice_url, ..._fallback_url."""
        return self.numbers.configure(number, **urls)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _strike_at_once(self, fault: Fault) -> None:
        match fault.kind:
            case "port_closed":
                self.activity.spawn(self._port.close_for(fault.number("seconds", 30)))
            case "clock_jump":
                self.carrier.skew_seconds += fault.number("seconds", 3600)

    def _make_demo(self, settings: DemoSettings | None, connect: Connect | None) -> Demo:
        return Demo(
            self.carrier.clock,
            self.carrier.phones,
            self.numbers,
            self.ledger,
            settings or DemoSettings(),
            connect or connector(RuntimeSettings()),
        )

    def _gate(self, credentials: dict[str, str]) -> Gate:
        return Gate(
            account_sid=self.carrier.account_sid,
            credentials=credentials,
            now=self.carrier.clock.now,
            activity=self.activity,
            behaviour=self._behaviour,
            ledger=self.ledger,
            faults=self.faults,
        )

    def _admin_routes(self) -> list[web.RouteDef]:
        world = AdminWorld(
            clock=self.carrier.clock,
            faults=self.faults,
            ledger=self.ledger,
            debugger=self.debugger,
            numbers=self.numbers,
            events=self._events,
            reset=self.reset,
            is_busy=lambda: self.busy,
        )
        phones = AdminPhones(self.carrier.phones, self.carrier.voice)
        return world.routes() + phones.routes()

"""The carrier without its HTTP server: texts, calls, phones and webhooks, wired together."""

from datetime import datetime, timedelta

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.bridges import Bridges
from services.carrier_emulator.calls import Call, Orders
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.detection import Detection
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.documents import Documents
from services.carrier_emulator.faults import Faults
from services.carrier_emulator.identifiers import Identifiers
from services.carrier_emulator.inbound_sms import InboundSms
from services.carrier_emulator.interpreter import Interpreter
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.mailbox import Mailbox
from services.carrier_emulator.messages import Attachment
from services.carrier_emulator.numbers import Numbers
from services.carrier_emulator.opt_outs import OptOuts
from services.carrier_emulator.outbox import Outbox
from services.carrier_emulator.profiles import preset
from services.carrier_emulator.room_events import RoomEvents
from services.carrier_emulator.rooms import Rooms
from services.carrier_emulator.sms import Sms
from services.carrier_emulator.voice import Voice
from services.carrier_emulator.webhooks import Webhooks
from services.runtime.clock import Clock


class Carrier:
    """Everything that happens behind the REST API."""

    def __init__(
        self,
        clock: Clock,
        *,
        account_sid: str,
        auth_token: str,
        numbers: Numbers,
        behaviour: Behaviour,
        seed: int,
    ) -> None:
        self.account_sid = account_sid
        self.clock = clock
        self.numbers = numbers
        self.seed = seed
        self.skew_seconds = 0.0
        self.base_url = "https://api.twilio.com"
        now = clock.now
        self.activity = Activity(clock)
        self.ledger = Ledger()
        self.debugger = Debugger(now, self.ledger)
        self.identifiers = Identifiers(seed)
        self.faults = Faults(seed, now, self.ledger)
        self.blocked = OptOuts()
        default = preset(behaviour.default_profile)
        self.phones = Directory(self, self.activity, default, seed)
        self.webhooks = Webhooks(
            auth_token=auth_token,
            now=now,
            activity=self.activity,
            behaviour=behaviour,
            ledger=self.ledger,
            debugger=self.debugger,
            faults=self.faults,
            identifiers=self.identifiers,
            seed=seed,
        )
        self.outbox = Outbox(self.activity, self.webhooks, self.faults)
        self._documents = Documents(self.webhooks, self.debugger, self.faults, self.activity)
        self._build_texts(behaviour)
        self._build_calls(behaviour)

    def wall(self) -> datetime:
        """Return the time that the carrier's own clock shows, which a fault may have moved."""
        return self.clock.now() + timedelta(seconds=self.skew_seconds)

    def new_call(self, to: str, from_: str, direction: str) -> Call:
        """Return a new leg that nothing carries yet."""
        return Call(
            sid=self.identifiers.sid("CA"),
            account_sid=self.account_sid,
            to=to,
            from_=from_,
            direction=direction,
            created=self.wall(),
            updated=self.wall(),
            inbox=Mailbox(self.activity),
        )

    def text_from_phone(self, phone: str, to: str, body: str, media: tuple[Attachment | str, ...]) -> str:
        """Take a text from a phone and return its sid."""
        return self._inbound_sms.take(phone, to, body, media)

    def call_from_phone(self, phone: str, to: str) -> Call:
        """Take a call from a phone to one of our numbers."""
        sender = self.numbers.senders.get(to)
        if sender is None:
            raise LookupError(f"{to} is not a sender number of this emulator")
        call = self.new_call(to, phone, "inbound")
        call.status_callback = sender.status_callback
        call.orders = Orders(
            url=sender.voice_url,
            method=sender.voice_method,
            fallback_url=sender.voice_fallback_url,
            fallback_method=sender.voice_fallback_method,
        )
        self.voice.take(call)
        return call

    async def reset(self, seed: int | None = None) -> None:
        """Forget everything that happened, every phone, fault and opt-out."""
        await self.activity.stop()
        self.seed = self.seed if seed is None else seed
        self.skew_seconds = 0.0
        for part in (self.sms, self.voice, self.outbox, self.phones, self.blocked, self.faults):
            part.clear()
        self._bridges.clear()
        self._rooms.clear()
        self.webhooks.history.clear()
        self.identifiers.reseed(self.seed)
        self.faults.reseed(self.seed)
        self.webhooks.reseed(self.seed)
        self.phones.seed = self.seed
        self.ledger.clear()

    def _room_events(self, name: str) -> RoomEvents:
        return RoomEvents(
            sid=self.identifiers.sid("CF"),
            account_sid=self.account_sid,
            name=name,
            now=self.clock.now,
            outbox=self.outbox,
        )

    def _build_texts(self, behaviour: Behaviour) -> None:
        now = self.clock.now
        self.sms = Sms(
            now=now,
            activity=self.activity,
            behaviour=behaviour,
            ledger=self.ledger,
            faults=self.faults,
            numbers=self.numbers,
            phones=self.phones,
            outbox=self.outbox,
        )
        self._inbound_sms = InboundSms(
            account_sid=self.account_sid,
            now=now,
            activity=self.activity,
            behaviour=behaviour,
            ledger=self.ledger,
            debugger=self.debugger,
            identifiers=self.identifiers,
            numbers=self.numbers,
            blocked=self.blocked,
            documents=self._documents,
            sms=self.sms,
            base_url=lambda: self.base_url,
        )

    def _build_calls(self, behaviour: Behaviour) -> None:
        now = self.clock.now
        self._bridges = Bridges(now, self.ledger)
        self._rooms = Rooms(now, self.ledger, self._bridges, self._room_events)
        self.voice = Voice(
            now=now,
            activity=self.activity,
            behaviour=behaviour,
            ledger=self.ledger,
            faults=self.faults,
            phones=self.phones,
            outbox=self.outbox,
            detection=Detection(now, self.activity, behaviour, self.faults, self.outbox),
            new_call=self.new_call,
        )
        self.voice.interpreter = Interpreter(
            behaviour=behaviour,
            debugger=self.debugger,
            documents=self._documents,
            numbers=self.numbers,
            bridges=self._bridges,
            rooms=self._rooms,
            start_child=self.voice.start_child,
        )

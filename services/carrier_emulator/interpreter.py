"""Executes TwiML on a leg, verb by verb, document after document."""

from collections.abc import Callable

from services.carrier_emulator import prompts, twiml
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.bridges import Bridges
from services.carrier_emulator.call_params import voice_params
from services.carrier_emulator.calls import Orders
from services.carrier_emulator.conference import Attendance
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.dialing import ChildPlan, Dialing, DialOutcome
from services.carrier_emulator.documents import Documents
from services.carrier_emulator.gather import Gathering
from services.carrier_emulator.leg import Leg, LegEnded, NewOrders
from services.carrier_emulator.numbers import Numbers
from services.carrier_emulator.rooms import Rooms
from services.carrier_emulator.signed_request import Webhook
from services.carrier_emulator.twiml import Document, Verb

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."


class Interpreter:
    """The carrier's TwiML engine."""

    def __init__(
        self,
        *,
        behaviour: Behaviour,
        debugger: Debugger,
        documents: Documents,
        numbers: Numbers,
        bridges: Bridges,
        rooms: Rooms,
        start_child: Callable[[ChildPlan], Leg],
    ) -> None:
        self._behaviour = behaviour
        self._debugger = debugger
        self._documents = documents
        self._numbers = numbers
        self._bridges = bridges
        self._rooms = rooms
        self._start_child = start_child

    async def obey(self, leg: Leg, orders: Orders) -> None:
        """Carry out orders to their end, and any that the REST API gives meanwhile."""
        while True:
            try:
                document = await self.fetch(leg, orders)
                if document is None:
                    leg.hear(APPLICATION_ERROR)
                    return
                await self.run(leg, document)
                return
            except NewOrders as new:
                orders = new.orders

    async def fetch(self, leg: Leg, orders: Orders) -> Document | None:
        """Return the document that the orders name."""
        if orders.twiml and not orders.url:
            try:
                return twiml.parse_text(orders.twiml)
            except twiml.TwimlError as error:
                self._debugger.note(error.code, leg.call.sid, "", str(error))
                return None
        webhook = Webhook(orders.url, voice_params(leg.call), leg.call.sid, "voice", orders.method)
        return await self._documents.fetch(webhook, orders.fallback_url, orders.fallback_method)

    async def run(self, leg: Leg, document: Document) -> None:
        """Execute a document, and those it leads to."""
        following: Document | None = document
        while following is not None:
            following = await self._execute(leg, following)

    async def _execute(self, leg: Leg, document: Document) -> Document | None:
        for verb in document.verbs:
            following: Document | None = None
            match verb.name:
                case "Say" | "Play" | "Pause":
                    await leg.elapse(prompts.begin(leg, verb, self._behaviour))
                case "Gather":
                    following = await self._gather(leg, verb, document)
                case "Redirect":
                    url, method = document.resolve(verb.text), verb.get("method", "POST")
                    return await self._next(leg, url, method, {}, "voice_redirect")
                case "Dial":
                    following = await self._dial(leg, verb, document)
                case "Hangup":
                    raise LegEnded("completed")
                case "Reject":
                    raise LegEnded("no-answer" if verb.get("reason") == "rejected" else "busy")
                case _:
                    self._debugger.note(12200, leg.call.sid, document.url, f"<{verb.name}>")
                    raise LegEnded("completed")
            if following is not None:
                return following
        return None

    async def _gather(self, leg: Leg, verb: Verb, document: Document) -> Document | None:
        gathering = Gathering(leg, verb, self._behaviour)
        digits = await gathering.run()
        if not digits and not verb.is_true("actionOnEmptyResult", default=False):
            return None
        params = {"Digits": digits, "FinishedOnKey": gathering.finished_on, "msg": "Gather End"}
        url, method = document.resolve(verb.get("action")), verb.get("method", "POST")
        return await self._next(leg, url, method, params, "gather_action")

    async def _dial(self, leg: Leg, verb: Verb, document: Document) -> Document | None:
        rooms = [child for child in verb.children if child.name == "Conference"]
        if rooms:
            outcome = await self._attend(leg, rooms[0], document)
        else:
            outcome = await self._call(leg, verb, document)
        action = verb.get("action")
        if not action:
            return None
        url, method = document.resolve(action), verb.get("method", "POST")
        return await self._next(leg, url, method, outcome.params(), "dial_action")

    async def _attend(self, leg: Leg, room: Verb, document: Document) -> DialOutcome:
        async def fetch(url: str, method: str) -> Document | None:
            params = voice_params(leg.call)
            webhook = Webhook(document.resolve(url), params, leg.call.sid, "conference_wait", method)
            return await self._documents.fetch(webhook)

        def resolve(url: str) -> str:
            return document.resolve(url) if url else ""

        await Attendance(self._rooms, self._behaviour, fetch, resolve).run(leg, room)
        return DialOutcome("answered")

    async def _call(self, leg: Leg, verb: Verb, document: Document) -> DialOutcome:
        caller_id = verb.get("callerId") or leg.call.from_
        if caller_id not in (*self._numbers.senders, leg.call.from_, leg.call.to):
            self._debugger.note(13214, leg.call.sid, document.url, f"callerId {caller_id}")
            return DialOutcome("failed")
        if any(child.name != "Number" for child in verb.children):
            names = ", ".join(child.name for child in verb.children)
            self._debugger.note(12200, leg.call.sid, document.url, f"<Dial> with {names}")
            return DialOutcome("failed")
        dialing = Dialing(leg, self._bridges, self._start_child)
        try:
            await dialing.run(verb, document, caller_id)
        except LegEnded as end:
            await self._tell_of_hang_up(leg, verb, document, end, dialing.outcome())
            raise
        return dialing.outcome()

    async def _tell_of_hang_up(
        self, leg: Leg, verb: Verb, document: Document, end: LegEnded, outcome: DialOutcome
    ) -> None:
        """Tell Dial's action that the caller is gone; what it answers has no effect."""
        if not verb.get("action"):
            return
        params = {**voice_params(leg.call), "CallStatus": end.status, **outcome.params()}
        if not outcome.bridged:
            params["DialCallStatus"] = "canceled"
        url, method = document.resolve(verb.get("action")), verb.get("method", "POST")
        await self._documents.fetch(Webhook(url, params, leg.call.sid, "dial_action", method))

    async def _next(self, leg: Leg, url: str, method: str, extra: dict[str, str], purpose: str) -> Document:
        params = {**voice_params(leg.call), **extra}
        webhook = Webhook(url, params, leg.call.sid, purpose, method)
        orders = leg.call.orders
        document = await self._documents.fetch(webhook, orders.fallback_url, orders.fallback_method)
        if document is None:
            leg.hear(APPLICATION_ERROR)
            raise LegEnded("completed")
        return document

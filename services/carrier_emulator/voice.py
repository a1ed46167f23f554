"""The life of a call leg: queued -> initiated -> ringing -> in-progress -> its last status."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.call_params import event_params
from services.carrier_emulator.calls import (
    Call,
    ChildAnswered,
    ChildEnded,
    Orders,
    Pressed,
)
from services.carrier_emulator.detection import Detection
from services.carrier_emulator.dialing import ChildPlan
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.entries import CallChanged
from services.carrier_emulator.faults import Faults
from services.carrier_emulator.interpreter import APPLICATION_ERROR, Interpreter
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.leg import Leg, LegEnded, NewOrders
from services.carrier_emulator.outbox import Outbox
from services.carrier_emulator.ringing import Ringing
from services.carrier_emulator.signed_request import Webhook

_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_SIP_CODES = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}


class Voice:
    """Carries every leg in a task of its own."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        ledger: Ledger,
        faults: Faults,
        phones: Directory,
        outbox: Outbox,
        detection: Detection,
        new_call: Callable[[str, str, str], Call],
    ) -> None:
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._ledger = ledger
        self._phones = phones
        self._outbox = outbox
        self._detection = detection
        self._new_call = new_call
        self._ringing = Ringing(
            now=now, behaviour=behaviour, ledger=ledger, faults=faults, change=self._change
        )
        self._next_slot = now()
        self.interpreter: Interpreter | None = None
        self.calls: dict[str, Call] = {}

    @property
    def queue_seconds(self) -> float:
        """Return how long a call made now would wait for its turn."""
        return max(0.0, (self._next_slot - self._now()).total_seconds())

    def place(self, call: Call) -> None:
        """Take a call from the REST API and carry it in the background."""
        call.queue_seconds = self.queue_seconds
        if self._behaviour.calls_per_second is not None:
            slot = self._now() + timedelta(seconds=call.queue_seconds)
            self._next_slot = slot + timedelta(seconds=1 / self._behaviour.calls_per_second)
        self._activity.spawn(self._carry(self._admit(call), self._outbound))

    def take(self, call: Call) -> None:
        """Take a call from a phone to one of our numbers."""
        call.status = "ringing"
        leg = self._admit(call)
        leg.phone.places(call)
        self._activity.spawn(self._carry(leg, self._inbound))

    def start_child(self, plan: ChildPlan) -> Leg:
        """Ring a number on behalf of another leg."""
        call = self._new_call(plan.number, plan.caller_id, "outbound-dial")
        call.parent_sid = plan.parent.call.sid
        call.ring_seconds = plan.ring_seconds
        call.limit_seconds = plan.limit_seconds
        call.orders = Orders(url=plan.whisper_url, method=plan.whisper_method)
        leg = self._admit(call)
        self._activity.spawn(self._carry_child(leg, plan.parent))
        return leg

    def clear(self) -> None:
        """Forget every call."""
        self.calls.clear()
        self._next_slot = self._now()

    def _admit(self, call: Call) -> Leg:
        self.calls[call.sid] = call
        self._note(call)
        return Leg(call, self._phones.phone(call.phone), self._now, self._ledger)

    async def _carry(self, leg: Leg, life: Callable[[Leg], Awaitable[str]]) -> None:
        try:
            status = await life(leg)
        except LegEnded as end:
            status = end.status
        except NewOrders as new:
            status = await self._redirect(leg, new.orders)
        self._finish(leg, status)

    async def _redirect(self, leg: Leg, orders: Orders) -> str:
        try:
            await self._interpreter().obey(leg, orders)
        except LegEnded as end:
            return end.status
        return "completed"

    async def _outbound(self, leg: Leg) -> str:
        await leg.elapse(leg.call.queue_seconds)
        self._change(leg.call, "initiated")
        status = await self._ringing.run(leg)
        if status != "in-progress":
            return status
        await self._detection.run(leg)
        await self._interpreter().obey(leg, leg.call.orders)
        return "completed"

    async def _inbound(self, leg: Leg) -> str:
        if not leg.call.orders.url:
            return "failed"
        document = await self._interpreter().fetch(leg, leg.call.orders)
        if document is not None and document.verbs and document.verbs[0].name == "Reject":
            await self._interpreter().run(leg, document)
        leg.call.answered = self._now()
        self._change(leg.call, "in-progress")
        if document is None:
            leg.hear(APPLICATION_ERROR)
            return "completed"
        await self._interpreter().run(leg, document)
        return "completed"

    async def _carry_child(self, leg: Leg, parent: Leg) -> None:
        await self._carry(leg, lambda child: self._child(child, parent))
        parent.call.inbox.put(ChildEnded(leg.call.sid, leg.call.status))

    async def _child(self, leg: Leg, parent: Leg) -> str:
        status = await self._ringing.run(leg)
        if status != "in-progress":
            return status
        if leg.call.orders.url:
            await self._interpreter().obey(leg, leg.call.orders)
        parent.call.inbox.put(ChildAnswered(leg.call.sid))
        try:
            while True:
                match await leg.listen(None):
                    case Pressed(digits):
                        leg.note_digits(digits, taken=False)
        except NewOrders:
            parent.call.inbox.put(ChildEnded(leg.call.sid, "completed"))
            raise

    def _finish(self, leg: Leg, status: str) -> None:
        call = leg.call
        call.ended = self._now()
        if call.sip_code is None:
            call.sip_code = _SIP_CODES[status]
        self._change(call, status)

    def _change(self, call: Call, status: str) -> None:
        call.status = status
        call.updated = self._now()
        self._note(call)
        event = _EVENTS.get(status, "completed")
        if call.status_callback and event in call.status_events:
            params = event_params(call, self._now())
            self._outbox.post(Webhook(call.status_callback, params, call.sid, "call_status"))

    def _note(self, call: Call) -> None:
        self._ledger.write(
            CallChanged(
                at=self._now(),
                sid=call.sid,
                to=call.to,
                from_=call.from_,
                direction=call.direction,
                status=call.status,
                parent_sid=call.parent_sid,
            )
        )

    def _interpreter(self) -> Interpreter:
        if self.interpreter is None:
            raise RuntimeError("Voice.interpreter is not set")
        return self.interpreter

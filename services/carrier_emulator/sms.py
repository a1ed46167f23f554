"""The life of an outbound text, from the REST reply to the delivery report.

queued|accepted|scheduled -> (queued) -> sending -> sent -> delivered | undelivered | sent for ever
queued -> failed | canceled. Every change after the first is told to the status callback.
"""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator import segments
from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.entries import SmsChanged, SmsReachedPhone
from services.carrier_emulator.faults import SMS, Fault, Faults, Subject
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.messages import Message
from services.carrier_emulator.numbers import Numbers
from services.carrier_emulator.outbox import Outbox
from services.carrier_emulator.phones import InboxText
from services.carrier_emulator.sender_queue import SenderQueue, Turn
from services.carrier_emulator.signed_request import Webhook
from services.carrier_emulator.sms_callback import callback_params

_NEVER_LEFT = frozenset({30001, 30002, 30036, 30410})


class Sms:
    """Every text message of the account, and the queues of its senders."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        ledger: Ledger,
        faults: Faults,
        numbers: Numbers,
        phones: Directory,
        outbox: Outbox,
    ) -> None:
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._ledger = ledger
        self._faults = faults
        self._numbers = numbers
        self._phones = phones
        self._outbox = outbox
        self._queues: dict[str, SenderQueue] = {}
        self._turns: dict[str, Turn] = {}
        self.messages: dict[str, Message] = {}

    def submit(self, message: Message) -> None:
        """Take a new outbound message and carry it in the background."""
        self.messages[message.sid] = message
        self.record(message)
        self._activity.spawn(self._carry(message))

    def waiting_seconds(self, sender: str) -> float:
        """Return how long a text queued now at this sender would wait."""
        return self._queue(sender).waiting_seconds

    def cancel(self, message: Message) -> bool:
        """Cancel a message that has not left; False if it is too late."""
        turn = self._turns.get(message.sid)
        if turn is None or message.status not in ("queued", "accepted", "scheduled"):
            return False
        turn.over = True
        turn.news.put("canceled")
        self._change(message, "canceled")
        return True

    def clear(self) -> None:
        """Forget every message and queue."""
        self.messages.clear()
        self._queues.clear()
        self._turns.clear()

    def record(self, message: Message) -> None:
        """Write the present status of a message to the ledger."""
        self._ledger.write(
            SmsChanged(
                at=self._now(),
                sid=message.sid,
                to=message.to,
                from_=message.sender,
                body=message.body,
                status=message.status,
                error_code=message.error_code,
                direction=message.direction,
                automatic=message.automatic,
            )
        )

    async def _carry(self, message: Message) -> None:
        if message.send_at is not None and not await self._wait_until(message, message.send_at):
            return
        if message.from_ is None:
            self._choose_sender(message)
        if not await self._take_turn(message):
            return
        if self._behaviour.sending_callbacks:
            self._change(message, "sending")
        subject = Subject(message.sid, to=message.to, from_=message.sender)
        faults = {fault.kind: fault for fault in self._faults.take_all(SMS, subject)}
        if "outage" in faults:
            self._change(message, "failed", 30410)
        elif "fail" in faults:
            await self._refuse(message, int(faults["fail"].number("code", 30008)))
        else:
            await self._send(message, faults)

    async def _wait_until(self, message: Message, moment: datetime) -> bool:
        turn = self._turns[message.sid] = Turn(self._activity, 0)
        seconds = (moment - self._now()).total_seconds()
        return await turn.news.receive(seconds) is None

    def _choose_sender(self, message: Message) -> None:
        pool = self._numbers.services[message.service_sid or ""].senders
        earlier = (m.sender for m in self.messages.values() if m.to == message.to and m.from_)
        sticky = next((s for s in earlier if s in pool), None)
        message.from_ = sticky or min(pool, key=self.waiting_seconds)
        self._change(message, "queued")

    async def _take_turn(self, message: Message) -> bool:
        turn = self._turns[message.sid] = self._queue(message.sender).join(message.parts)
        news = await turn.news.receive(message.validity_seconds)
        turn.over = True
        del self._turns[message.sid]
        if news is None:
            self._change(message, "failed", 30036)
        return news == "sent" and message.status != "canceled"

    async def _send(self, message: Message, faults: dict[str, Fault]) -> None:
        silent = faults.get("drop_silently")
        if silent is not None and silent.text("stay", "sent") == "queued":
            return
        message.sent = self._now()
        self._change(message, "sent")
        if silent is not None:
            return
        phone = self._phones.phone(message.to)
        late = faults["late_delivery"].number("seconds", 30) if "late_delivery" in faults else 0
        await self._activity.pause(phone.profile.deliver_after + late)
        code = 30003 if phone.loses() else phone.profile.error_code
        if code is not None:
            self._change(message, "undelivered", code)
            return
        for _ in range(2 if "duplicate_delivery" in faults else 1):
            self._reach_phone(message, mixed="reorder_parts" in faults)
        if phone.profile.receipt == "delivered":
            self._change(message, "delivered")

    async def _refuse(self, message: Message, code: int) -> None:
        if code in _NEVER_LEFT:
            self._change(message, "failed", code)
            return
        message.sent = self._now()
        self._change(message, "sent")
        await self._activity.pause(self._phones.phone(message.to).profile.deliver_after)
        self._change(message, "undelivered", code)

    def _reach_phone(self, message: Message, *, mixed: bool) -> None:
        body = message.body
        if mixed:
            body = "".join(reversed(segments.split(body)))
        to, sender = message.to, message.sender
        self._ledger.write(SmsReachedPhone(self._now(), message.sid, to, sender, body, message.automatic))
        self._phones.phone(to).receive(InboxText(self._now(), message.sid, sender, body))

    def _change(self, message: Message, status: str, error_code: int | None = None) -> None:
        message.status = status
        message.error_code = error_code
        message.updated = self._now()
        self.record(message)
        service = self._numbers.services.get(message.service_sid or "")
        url = message.status_callback or (service.status_callback if service else "")
        if url:
            params = callback_params(message, self._now())
            self._outbox.post(Webhook(url, params, message.sid, "sms_status"))

    def _queue(self, sender: str) -> SenderQueue:
        if sender not in self._queues:
            known = self._numbers.senders.get(sender)
            rate = known.rate if known is not None else None
            self._queues[sender] = SenderQueue(self._activity, self._now, rate)
        return self._queues[sender]

"""Texts and calls that came in, as facts: alike whether a webhook or the carrier's list brought them."""

import hashlib
import json
from datetime import datetime

from contracts.carrier import CallReceived, SmsReceived
from services.gateway import webhooks
from services.gateway.core import routing
from services.gateway.core.routing import Lane, Numbers
from services.gateway.directory import Directory
from services.gateway.facts import Facts
from services.gateway.signatures import Form
from services.runtime.sealing import PatientSeals, Seals


class Inbound:
    """Publishes what came in, under the carrier's id: a repetition changes nothing."""

    def __init__(self, facts: Facts, directory: Directory, seals: Seals, numbers: Numbers) -> None:
        self._facts = facts
        self._directory = directory
        self._seals = seals
        self._numbers = numbers

    async def text(self, form: Form, at: datetime, *, recovered: bool = False) -> bool:
        """Publish a text; return whether it was new. `at` is when it was written, as far as is known.

        Raises Unfit and Unavailable.
        """
        sid = webhooks.needed(form, "MessageSid", "SmsMessageSid", "SmsSid")
        phone, to, body = webhooks.needed(form, "From"), webhooks.needed(form, "To"), form.get("Body", "")
        caller = await self._facts.read(lambda: self._directory.caller(phone))
        lane = routing.lane_of_text(to, body, caller, self._numbers)
        seals = await self._seals_for(lane, phone)
        fact = SmsReceived(
            sid=sid,
            sender=self._seals.phone_ref(phone),
            sender_phone=seals.seal(phone),
            to=to,
            person=caller.responder,
            body=seals.seal(body),
            opt_out=routing.opt_out(form.get("OptOutType", ""), body),
            media=webhooks.number(form, "NumMedia") or 0,
            form=seals.seal(json.dumps(form.multi_items())),
            received_at=at,
            recovered=recovered,
        )
        return await self._facts.publish(f"carrier.sms_received.{lane}", fact, sid)

    async def call(
        self, form: Form, at: datetime, *, recovered: bool = False
    ) -> tuple[bool, str | None, str]:
        """Publish a call; return whether it was new, the responder who calls, and the room of anybody else.

        A recovered call is over, or answered elsewhere: nobody waits in its room. Raises Unfit and
        Unavailable.
        """
        sid, to = webhooks.needed(form, "CallSid"), webhooks.needed(form, "To", "Called")
        phone = form.get("From", "").strip() or "anonymous"
        caller = await self._facts.read(lambda: self._directory.caller(phone))
        lane = routing.lane_of_call(to, caller, self._numbers)
        responder = caller.responder if lane is Lane.STAFF else None
        room = room_of(sid)
        seals = await self._seals_for(lane, phone)
        fact = CallReceived(
            sid=sid,
            sender=self._seals.phone_ref(phone),
            sender_phone=seals.seal(phone),
            to=to,
            person=responder,
            room=room if responder is None and not recovered else None,
            received_at=at,
            form=seals.seal(json.dumps(form.multi_items())),
            recovered=recovered,
        )
        return await self._facts.publish(f"carrier.call_received.{lane}", fact, sid), responder, room

    async def _seals_for(self, lane: Lane, phone: str) -> PatientSeals:
        return await self._directory.seals_of(phone) if lane is Lane.PATIENT else self._seals.site()


def room_of(sid: str) -> str:
    """Return the room of a call: opaque, and the same whenever the carrier repeats itself."""
    return "room_" + hashlib.sha256(sid.encode()).hexdigest()[:32]

"""Webhooks about calls: one that came in, the room where a patient waits, progress of ours."""

import hashlib

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from contracts.carrier import CallReceived, CallStatus
from services.gateway import texts, webhooks
from services.gateway.core import routing
from services.gateway.core.routing import Lane, Numbers
from services.gateway.directory import Directory
from services.gateway.facts import Facts
from services.gateway.voice import Voice
from services.gateway.webhooks import Webhooks
from services.runtime.sealing import Seals


def routes(
    hooks: Webhooks, facts: Facts, directory: Directory, seals: Seals, numbers: Numbers, voice: Voice
) -> APIRouter:
    """Return the routes of calls that come in, and of the progress of ours."""
    router = APIRouter(include_in_schema=False)

    @router.post("/twilio/call")
    async def received(request: Request) -> Response:
        """Somebody calls: staff hear their open pages, everybody else waits to be connected."""
        form = await hooks.read(request)
        sid, to = webhooks.needed(form, "CallSid"), webhooks.needed(form, "To", "Called")
        phone = form.get("From", "").strip() or "anonymous"
        caller = await facts.read(lambda: directory.caller(phone))
        lane = routing.lane_of_call(to, caller, numbers)
        responder = caller.responder if lane is Lane.STAFF else None
        room = room_of(sid)
        fact = CallReceived(
            sid=sid,
            sender=seals.phone_ref(phone),
            sender_phone=seals.seal(phone),
            to=to,
            person=responder,
            room=room if responder is None else None,
            received_at=hooks.now(),
            form=hooks.sealed(form),
        )
        new = await facts.publish(f"carrier.call_received.{lane}", fact, sid)
        # A repetition is answered alike: the caller must not lose the line to a retry.
        said = voice.wait_in_room(room) if responder is None else voice.to_pages(responder)
        return webhooks.twiml(said, new=new)

    @router.post("/twilio/wait")
    async def waiting(request: Request) -> Response:
        """What a patient hears in the room."""
        await hooks.read(request)
        return webhooks.twiml(voice.waiting())

    @router.post("/twilio/wait/staff")
    async def waiting_alone(request: Request) -> Response:
        """What staff hear in a room that the patient has left."""
        await hooks.read(request)
        return webhooks.twiml(voice.waiting_alone())

    @router.post("/twilio/call-status/{responder}/{page}/{attempt}")
    async def progress(responder: str, page: str, attempt: str, request: Request) -> Response:
        """Progress of a call of ours; statuses we do not know are passed on as they are."""
        form = await hooks.read(request)
        sid, status = webhooks.needed(form, "CallSid"), webhooks.needed(form, "CallStatus")
        sequence = webhooks.number(form, "SequenceNumber") or 0
        try:
            fact = CallStatus.model_validate(
                {
                    "sid": sid,
                    "status": status,
                    "sequence": sequence,
                    "error_code": webhooks.number(form, "ErrorCode"),
                    "answered_by": form.get("AnsweredBy", ""),
                    "responder": responder,
                    "page": page,
                    "attempt": attempt,
                    "received_at": hooks.now(),
                    "form": hooks.sealed(form),
                }
            )
        except ValidationError:
            raise texts.unknown_path() from None
        new = await facts.publish("carrier.call_status", fact, f"{sid}:{status}:{sequence}")
        return webhooks.twiml(new=new)

    return router


def room_of(sid: str) -> str:
    """Return the room of a call: opaque, and the same whenever the carrier repeats itself."""
    return "room_" + hashlib.sha256(sid.encode()).hexdigest()[:32]

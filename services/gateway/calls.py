"""Webhooks about calls: one that came in, the room where a patient waits, progress of ours."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from contracts.carrier import CallStatus
from services.gateway import texts, webhooks
from services.gateway.facts import Facts
from services.gateway.inbound import Inbound
from services.gateway.lost_webhooks import LostWebhooks
from services.gateway.voice import Voice
from services.gateway.webhooks import Webhooks


def routes(hooks: Webhooks, facts: Facts, inbound: Inbound, voice: Voice, lost: LostWebhooks) -> APIRouter:
    """Return the routes of calls that come in, and of the progress of ours."""
    router = APIRouter(include_in_schema=False)

    @router.post("/twilio/call")
    async def received(request: Request) -> Response:
        """Somebody calls: staff hear their open pages, everybody else waits to be connected."""
        form = await hooks.read(request)
        new, responder, room = await inbound.call(form, hooks.now())
        # A repetition is answered alike: the caller must not lose the line to a retry.
        said = voice.wait_in_room(room) if responder is None else voice.to_pages(responder)
        return webhooks.twiml(said, new=new)

    @router.post("/twilio/call-ended")
    async def ended(request: Request) -> Response:
        """A call to us is over. Usually nothing new; if its first webhook was lost, it is told now."""
        new, _, _ = await inbound.call(await hooks.read(request), hooks.now(), recovered=True)
        if new:
            await lost.found(calls=1)
        return webhooks.twiml(new=new)

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

"""Webhooks about texts: one that came in, and receipts for ours."""

import re

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from contracts.carrier import SmsStatus
from services.gateway import webhooks
from services.gateway.core.cloud_events import Unfit
from services.gateway.facts import Facts
from services.gateway.inbound import Inbound
from services.gateway.webhooks import Webhooks

_ALSO = re.compile(r"[A-Za-z0-9_-]{1,80}\.\d{1,9}(,[A-Za-z0-9_-]{1,80}\.\d{1,9})*")


def routes(hooks: Webhooks, facts: Facts, inbound: Inbound) -> APIRouter:
    """Return the routes under /twilio/sms."""
    router = APIRouter(include_in_schema=False)

    @router.post("/twilio/sms")
    async def received(request: Request) -> Response:
        """A text came in; it is answered once it is stored."""
        form = await hooks.read(request)
        return webhooks.twiml(new=await inbound.text(form, hooks.now()))

    @router.post("/twilio/sms-status/{owner}/{responder}/{page}/{attempt}")
    async def receipt(owner: str, responder: str, page: str, attempt: str, request: Request) -> Response:
        """A receipt; statuses we do not know are passed on as they are."""
        form = await hooks.read(request)
        sid = webhooks.needed(form, "MessageSid", "SmsSid")
        status = webhooks.needed(form, "MessageStatus", "SmsStatus")
        also = request.query_params.get("also", "")
        try:
            fact = SmsStatus.model_validate(
                {
                    "sid": sid,
                    "status": status,
                    "error_code": webhooks.number(form, "ErrorCode"),
                    "owner": owner,
                    "responder": responder,
                    "page": page,
                    "attempt": attempt,
                    "also": also if _ALSO.fullmatch(also) else "",
                    "received_at": hooks.now(),
                    "form": hooks.sealed(form),
                }
            )
        except ValidationError:
            raise unknown_path() from None
        if fact.owner == "conversation":
            fact = fact.model_copy(update={"form": await hooks.sealed_for(fact.responder, form)})
        new = await facts.publish(f"carrier.sms_status.{fact.owner}", fact, f"{sid}:{status}")
        return webhooks.twiml(new=new)

    return router


def unknown_path() -> Unfit:
    """Return the refusal of a callback whose path isn't one that Vigil gave out."""
    return Unfit("path", "is no callback of ours", "use the URL exactly as Vigil gave it", 400)

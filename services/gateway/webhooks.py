"""The carrier's webhooks: signed, or refused. What a verified one holds, and how it is answered."""

import json
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from contracts.values import Sealed
from services.gateway import bodies, signatures
from services.gateway.core.cloud_events import Unfit
from services.gateway.signatures import Form, Signatures
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.sealing import Seals

DUPLICATE = "Vigil-Duplicate"
"""Header: this request was heard before and changed nothing; the carrier's retries look just so."""
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Webhooks:
    """Reads webhooks, and seals them whole."""

    def __init__(self, signed: Signatures, seals: Seals, clock: Clock) -> None:
        self._signed = signed
        self._seals = seals
        self._clock = clock

    async def read(self, request: Request) -> Form:
        """Return the form of a webhook whose signature holds; raises Unfit."""
        form = await bodies.form(request)
        path = request.scope["raw_path"].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        where = f"{path}?{query}" if query else path
        if not self._signed.hold(where, form, request.headers.get(signatures.HEADER, "")):
            raise Unfit(
                signatures.HEADER,
                "does not hold for this request",
                "check VIGIL_PUBLIC_URL and VIGIL_TWILIO_AUTH_TOKEN against the carrier's console",
                403,
            )
        return form

    def sealed(self, form: Form) -> Sealed:
        """Return the whole form under the site's key."""
        return self._seals.seal(json.dumps(form.multi_items()))

    async def sealed_for(self, patient: str, form: Form) -> Sealed:
        """Return the whole form under the patient's key; under the site's where that can't be had now."""
        try:
            seals = await self._seals.for_patient(patient)
        except Unavailable:
            seals = self._seals.site()
        return seals.seal(json.dumps(form.multi_items()))

    def now(self) -> datetime:
        """Return when it was received."""
        return self._clock.now()


def needed(form: Form, *names: str) -> str:
    """Return the first of these parameters that isn't blank; raises Unfit."""
    found = next((form[name] for name in names if form.get(name, "").strip()), None)
    if found is None:
        raise Unfit(names[0], "is missing", "see that the carrier's webhook points to the right path", 400)
    return found.strip()


def number(form: Form, name: str) -> int | None:
    """Return a whole number that the carrier sent, or None."""
    text = form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def twiml(document: str = EMPTY, *, new: bool = True) -> Response:
    """Return TwiML; a repeated request is told that it was one."""
    return Response(document, media_type="text/xml", headers={} if new else {DUPLICATE: "true"})

"""Fetches TwiML: from the URL, or from the fallback URL when that fails."""

from services.carrier_emulator import twiml
from services.carrier_emulator.activity import Activity
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.faults import Faults
from services.carrier_emulator.signed_request import Webhook
from services.carrier_emulator.webhooks import Answer, Webhooks, subject_of


class Documents:
    """Answers of our webhooks, read as TwiML."""

    def __init__(self, webhooks: Webhooks, debugger: Debugger, faults: Faults, activity: Activity) -> None:
        self._webhooks = webhooks
        self._debugger = debugger
        self._faults = faults
        self._activity = activity

    async def fetch(
        self, webhook: Webhook, fallback_url: str = "", fallback_method: str = "POST"
    ) -> twiml.Document | None:
        """Return the document, or the fallback's, or None when there is neither."""
        code, document = await self._read(webhook)
        if document is not None or not fallback_url:
            return document
        params = {**webhook.params, "ErrorCode": str(code), "ErrorUrl": webhook.url}
        purpose = f"{webhook.purpose}_fallback"
        fallback = Webhook(fallback_url, params, webhook.subject, purpose, fallback_method)
        return (await self._read(fallback))[1]

    async def _read(self, webhook: Webhook) -> tuple[int, twiml.Document | None]:
        answer = await self._ask(webhook)
        if answer.error_code is not None:
            return answer.error_code, None
        url, _, _ = webhook.url.partition("#")
        try:
            return 0, twiml.parse(answer.body, answer.content_type, url)
        except twiml.TwimlError as error:
            self._debugger.note(error.code, webhook.subject, webhook.url, str(error))
            return error.code, None

    async def _ask(self, webhook: Webhook) -> Answer:
        subject = subject_of(webhook)
        if self._faults.take(("lost",), subject):
            self._debugger.note(11205, webhook.subject, webhook.url, "the request was lost")
            return Answer(None, failure="ct", error_code=11205)
        late = self._faults.take(("delay",), subject)
        if late is not None:
            await self._activity.pause(late.number("seconds", 30))
        request = self._webhooks.prepare(webhook)
        answer = await self._webhooks.resend(request)
        double = self._faults.take(("duplicate",), subject)
        if double is not None:
            await self._webhooks.resend(request)
        return answer

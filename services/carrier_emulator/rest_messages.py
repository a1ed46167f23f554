"""The Messages resource of the REST API: create, fetch, list, change, delete."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web
from multidict import MultiDict

from services.carrier_emulator import date_filter, pages, segments
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.identifiers import Identifiers
from services.carrier_emulator.messages import FINAL, Message
from services.carrier_emulator.rest_form import SID, read_form
from services.carrier_emulator.sms import Sms
from services.carrier_emulator.validation import Validation


class MessagesResource:
    """Handlers for /2010-04-01/Accounts/{account}/Messages."""

    def __init__(
        self,
        *,
        account_sid: str,
        now: Callable[[], datetime],
        identifiers: Identifiers,
        validation: Validation,
        sms: Sms,
    ) -> None:
        self._account_sid = account_sid
        self._now = now
        self._identifiers = identifiers
        self._validation = validation
        self._sms = sms

    def routes(self, account: str) -> list[web.RouteDef]:
        """Return the routes below an account's path."""
        return [
            web.post(f"{account}/Messages.json", self.create),
            web.get(f"{account}/Messages.json", self.list),
            web.get(f"{account}/Messages/{{sid}}.json", self.fetch),
            web.post(f"{account}/Messages/{{sid}}.json", self.change),
            web.delete(f"{account}/Messages/{{sid}}.json", self.delete),
            web.post(f"{account}/Messages/{{sid}}/Feedback.json", self.feedback),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Take a message and send it in the background."""
        form = await read_form(request)
        media = form.getall("MediaUrl", [])
        self._validation.message(form, has_media=bool(media))
        message = self._message(form, media)
        message.send_at = _send_at(form)
        if message.send_at is not None:
            message.status = "scheduled"
        self._sms.submit(message)
        request[SID] = message.sid
        return web.json_response(message.as_json(), status=201)

    async def fetch(self, request: web.Request) -> web.Response:
        """Show one message."""
        return web.json_response(self._find(request).as_json())

    async def list(self, request: web.Request) -> web.Response:
        """Show messages, the newest first."""
        query = request.query
        rows = [
            message.as_json()
            for message in reversed(self._sms.messages.values())
            if query.get("To") in (None, message.to)
            and query.get("From") in (None, message.from_)
            and date_filter.passes(query, "DateSent", message.sent)
        ]
        return web.json_response(pages.page("messages", request.path, query, rows))

    async def change(self, request: web.Request) -> web.Response:
        """Cancel a message that has not left, or redact its body."""
        message = self._find(request)
        form = await read_form(request)
        if form.get("Status") == "canceled":
            if not self._sms.cancel(message):
                raise RestError(30409, message.sid)
        elif form.get("Body") == "":
            if message.status not in FINAL | {"sent"}:
                raise RestError(20001)
            message.body = ""
            message.updated = self._now()
        else:
            raise RestError(20001)
        return web.json_response(message.as_json())

    async def delete(self, request: web.Request) -> web.Response:
        """Forget a message that has been sent."""
        del self._sms.messages[self._find(request).sid]
        return web.Response(status=204)

    async def feedback(self, request: web.Request) -> web.Response:
        """Take the news that a message was acted upon."""
        message = self._find(request)
        outcome = (await read_form(request)).get("Outcome", "confirmed")
        values = {"account_sid": message.account_sid, "message_sid": message.sid}
        return web.json_response({**values, "outcome": outcome}, status=201)

    def _find(self, request: web.Request) -> Message:
        message = self._sms.messages.get(request.match_info["sid"])
        if message is None:
            raise RestError(20404, request.path)
        return message

    def _message(self, form: MultiDict[str], media: Sequence[str]) -> Message:
        now = self._now()
        body = form.get("Body", "")
        if form.get("SmartEncoded", "").lower() == "true":
            body = segments.smart(body)
        service_sid = form.get("MessagingServiceSid") or None
        sender = form.get("From") or None
        message = Message(
            sid=self._identifiers.sid("MM" if media else "SM"),
            account_sid=self._account_sid,
            to=form["To"],
            from_=sender,
            body=body,
            status="queued" if sender else "accepted",
            direction="outbound-api",
            created=now,
            updated=now,
        )
        message.service_sid = service_sid
        message.status_callback = form.get("StatusCallback", "")
        message.validity_seconds = float(form.get("ValidityPeriod", "36000"))
        message.num_media = len(media)
        return message


def _send_at(form: MultiDict[str]) -> datetime | None:
    text = form.get("SendAt")
    if text is None:
        return None
    if form.get("ScheduleType") != "fixed" or not form.get("MessagingServiceSid"):
        raise RestError(35111)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(35111) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

"""Texts from phones: opt-out words, the webhook with its fallback, and TwiML replies."""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator import attachments, opt_outs, segments
from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.documents import Documents
from services.carrier_emulator.entries import OptOutChanged, SmsFromPhone
from services.carrier_emulator.geography import places
from services.carrier_emulator.identifiers import Identifiers
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.messages import Attachment, Message
from services.carrier_emulator.numbers import Numbers, SenderNumber
from services.carrier_emulator.opt_outs import OptOuts
from services.carrier_emulator.signed_request import Webhook
from services.carrier_emulator.sms import Sms
from services.carrier_emulator.twiml import Document, Verb


class InboundSms:
    """Takes texts from phones and tells our webhooks of them, once."""

    def __init__(
        self,
        *,
        account_sid: str,
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        ledger: Ledger,
        debugger: Debugger,
        identifiers: Identifiers,
        numbers: Numbers,
        blocked: OptOuts,
        documents: Documents,
        sms: Sms,
        base_url: Callable[[], str],
    ) -> None:
        self._account_sid = account_sid
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._ledger = ledger
        self._debugger = debugger
        self._identifiers = identifiers
        self._numbers = numbers
        self._blocked = blocked
        self._documents = documents
        self._sms = sms
        self._base_url = base_url

    def take(self, phone: str, to: str, body: str, media: tuple[Attachment | str, ...] = ()) -> str:
        """Take a text from a phone to one of our numbers and return its sid."""
        sender = self._numbers.senders.get(to)
        if sender is None:
            raise LookupError(f"{to} is not a sender number of this emulator")
        now = self._now()
        sid = self._identifiers.sid("MM" if media else "SM")
        message = Message(sid, self._account_sid, to, phone, body, "received", "inbound", now, now, sent=now)
        message.num_media = len(media)
        message.media = {self._identifiers.sid("ME"): attachments.attachment(one) for one in media}
        self._sms.messages[sid] = message
        self._ledger.write(SmsFromPhone(now, sid, to, phone, body))
        self._activity.spawn(self._deliver(message, sender))
        return sid

    async def _deliver(self, message: Message, sender: SenderNumber) -> None:
        wish = self._honour_wish(message, sender)
        if not sender.sms_url:
            return
        params = self._params(message)
        if wish is not None and self._behaviour.advanced_opt_out:
            params["OptOutType"] = wish
        webhook = Webhook(sender.sms_url, params, message.sid, "sms_inbound", sender.sms_method)
        document = await self._documents.fetch(webhook, sender.sms_fallback_url, sender.sms_fallback_method)
        hops = 0
        while document is not None and hops < 5:
            document = await self._execute(document, message, params)
            hops += 1

    async def _execute(self, document: Document, message: Message, params: dict[str, str]) -> Document | None:
        for verb in document.verbs:
            match verb.name:
                case "Message" | "Sms":
                    self._reply(message, _reply_text(verb), verb.get("to") or message.sender)
                case "Redirect":
                    url = document.resolve(verb.text)
                    method = verb.get("method", "POST")
                    again = Webhook(url, params, message.sid, "sms_redirect", method)
                    return await self._documents.fetch(again)
                case _:
                    self._debugger.note(12200, message.sid, document.url, f"<{verb.name}>")
        return None

    def _reply(self, message: Message, body: str, to: str, *, automatic: bool = False) -> None:
        if not automatic and self._blocked.is_blocked(to, self._pool(message.to)):
            self._debugger.note(21610, message.sid, "", f"reply to {to}, who has opted out")
            return
        now = self._now()
        sid = self._identifiers.sid("SM")
        reply = Message(sid, self._account_sid, to, message.to, body, "queued", "outbound-reply", now, now)
        reply.automatic = automatic
        self._sms.submit(reply)

    def _honour_wish(self, message: Message, sender: SenderNumber) -> opt_outs.Wish | None:
        wish = opt_outs.wish(message.body)
        phone, pool = message.sender, self._pool(sender.number)
        if wish == "STOP" and self._blocked.block(phone, pool):
            self._ledger.write(OptOutChanged(self._now(), phone, pool, opted_out=True))
        elif wish == "START" and self._blocked.unblock(phone, pool):
            self._ledger.write(OptOutChanged(self._now(), phone, pool, opted_out=False))
        elif wish != "HELP":
            return wish
        if wish is not None:
            self._reply(message, opt_outs.REPLIES[wish], phone, automatic=True)
        return wish

    def _pool(self, number: str) -> str:
        service = self._numbers.service_of(number)
        return service.sid if service is not None else number

    def _params(self, message: Message) -> dict[str, str]:
        service = self._numbers.service_of(message.to)
        params = {
            "ToCountry": "US",
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "AccountSid": message.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "To": message.to,
            "Body": message.body,
            "NumMedia": str(len(message.media)),
            "NumSegments": str(segments.count(message.body)),
            **places("From", "To"),
        }
        if service is not None:
            params["MessagingServiceSid"] = service.sid
        for index, (media, file) in enumerate(message.media.items()):
            params[f"MediaUrl{index}"] = f"{self._base_url()}{attachments.api_path(message, media)}"
            params[f"MediaContentType{index}"] = file.content_type
        return params


def _reply_text(verb: Verb) -> str:
    bodies = [child.text for child in verb.children if child.name == "Body"]
    return bodies[0] if bodies else verb.text

"""Checks of REST parameters, in the order in which the carrier makes them."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.numbers import Numbers
from services.carrier_emulator.opt_outs import OptOuts
from services.carrier_emulator.sms import Sms

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_MAGIC_TO = {"1": 21211, "2": 21612, "3": 21408, "4": 21610, "9": 21614}
_MAGIC_FROM = {"1": 21212, "7": 21606, "8": 21611}
_MAGIC = "+1500555000"

Form = Mapping[str, str]


class Validation:
    """What the carrier refuses at the door."""

    def __init__(
        self,
        *,
        behaviour: Behaviour,
        numbers: Numbers,
        phones: Directory,
        blocked: OptOuts,
        sms: Sms,
    ) -> None:
        self._behaviour = behaviour
        self._numbers = numbers
        self._phones = phones
        self._blocked = blocked
        self._sms = sms

    def message(self, form: Form, *, has_media: bool) -> None:
        """Refuse a message that the carrier would refuse."""
        to, sender = form.get("To", ""), form.get("From", "")
        service_sid = form.get("MessagingServiceSid", "")
        if not to:
            raise RestError(21604)
        self._recipient(to, magic=_MAGIC_TO)
        if not sender and not service_sid:
            raise RestError(21603)
        self._message_sender(sender, service_sid)
        self._content(form, has_media=has_media)
        self._callback(form, 21609)
        self._reachable(to, sender, service_sid)

    def call(self, form: Form) -> None:
        """Refuse a call that the carrier would refuse."""
        to, sender = form.get("To", ""), form.get("From", "")
        if not to:
            raise RestError(21201)
        self._recipient(to, magic={"1": 21211, "3": 21408})
        if not sender:
            raise RestError(21213)
        if self._is_magic(sender) and sender[-1] == "1":
            raise RestError(21212, sender)
        if not _E164.fullmatch(sender):
            raise RestError(21212, sender)
        rented = self._numbers.senders.get(sender)
        if not (self._is_magic(sender) or (rented is not None and rented.voice_capable)):
            raise RestError(21210, sender)
        url = form.get("Url", "")
        if not (url or form.get("Twiml") or form.get("ApplicationSid")):
            raise RestError(21205, "")
        if url and not _is_url(url):
            raise RestError(21205, url)
        self._callback(form, 21609)

    def _recipient(self, to: str, *, magic: Mapping[str, int]) -> None:
        if self._is_magic(to) and to[-1] in magic:
            raise RestError(magic[to[-1]], to)
        if not _E164.fullmatch(to):
            raise RestError(21211, to)
        allowed = self._behaviour.allowed_prefixes
        if allowed is not None and not to.startswith(allowed):
            raise RestError(21408, to)

    def _message_sender(self, sender: str, service_sid: str) -> None:
        if service_sid:
            if service_sid not in self._numbers.services:
                raise RestError(21701, service_sid)
            return
        if self._is_magic(sender):
            if sender[-1] in _MAGIC_FROM:
                raise RestError(_MAGIC_FROM[sender[-1]], sender)
            return
        if not _E164.fullmatch(sender):
            raise RestError(21212, sender)
        rented = self._numbers.senders.get(sender)
        if rented is None:
            raise RestError(21606, sender)
        if not rented.sms_capable:
            raise RestError(21661, sender)

    def _content(self, form: Form, *, has_media: bool) -> None:
        body = form.get("Body", "")
        if not body and not has_media:
            raise RestError(21602)
        if len(body) > 1600:
            raise RestError(21617)
        validity = form.get("ValidityPeriod", "36000")
        if not validity.isdecimal() or not 1 <= int(validity) <= 36_000:
            raise RestError(90007, validity)

    def _callback(self, form: Form, code: int) -> None:
        url = form.get("StatusCallback", "")
        if url and not _is_url(url):
            raise RestError(code, url)

    def _reachable(self, to: str, sender: str, service_sid: str) -> None:
        profile = self._phones.phone(to).profile
        pools = {service_sid or sender}
        service = self._numbers.service_of(sender)
        if service is not None:
            pools.add(service.sid)
        if profile.opted_out or any(self._blocked.is_blocked(to, pool) for pool in pools):
            raise RestError(21610, to)
        limit = self._behaviour.queue_limit_seconds
        if sender and self._sms.waiting_seconds(sender) > limit:
            raise RestError(21611, sender)
        if profile.line_type == "landline" and not to.startswith(("+1", "+44")):
            raise RestError(21635, to)

    def _is_magic(self, number: str) -> bool:
        return self._behaviour.magic_numbers and number[:-1] == _MAGIC


def _is_url(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host

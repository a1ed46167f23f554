"""Our rented numbers on the REST API, with their webhooks, and the account's balance."""

import hashlib

from aiohttp import web

from services.carrier_emulator import pages
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.numbers import Numbers, SenderNumber
from services.carrier_emulator.rest_form import read_form

_URLS = {
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
}


class NumbersResource:
    """Handlers for /2010-04-01/Accounts/{account}/IncomingPhoneNumbers and /Balance."""

    def __init__(self, *, account_sid: str, numbers: Numbers, balance: str = "100.00") -> None:
        self._account_sid = account_sid
        self._numbers = numbers
        self._balance = balance

    def routes(self, account: str) -> list[web.RouteDef]:
        """Return the routes below an account's path."""
        return [
            web.get(f"{account}/IncomingPhoneNumbers.json", self.list),
            web.get(f"{account}/IncomingPhoneNumbers/{{sid}}.json", self.fetch),
            web.post(f"{account}/IncomingPhoneNumbers/{{sid}}.json", self.change),
            web.get(f"{account}/Balance.json", self.show_balance),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """Show the rented numbers."""
        asked = request.query.get("PhoneNumber", "")
        rows = [self._as_json(one) for one in self._numbers.senders.values() if asked in one.number]
        return web.json_response(pages.page("incoming_phone_numbers", request.path, request.query, rows))

    async def fetch(self, request: web.Request) -> web.Response:
        """Show one number."""
        return web.json_response(self._as_json(self._find(request)))

    async def change(self, request: web.Request) -> web.Response:
        """Change the webhooks of a number; other parameters are taken and do nothing."""
        number = self._find(request)
        form = await read_form(request)
        for name, url in form.items():
            if name.endswith(("Url", "Callback")) and url and not url.startswith(("http://", "https://")):
                raise RestError(21609 if name == "StatusCallback" else 21502, url)
        changed = {_URLS[name]: value for name, value in form.items() if name in _URLS}
        return web.json_response(self._as_json(self._numbers.configure(number.number, **changed)))

    async def show_balance(self, request: web.Request) -> web.Response:
        """Show what is left in the account."""
        said = {"account_sid": self._account_sid, "balance": self._balance, "currency": "USD"}
        return web.json_response(said)

    def _find(self, request: web.Request) -> SenderNumber:
        sid = request.match_info["sid"]
        for sender in self._numbers.senders.values():
            if number_sid(sender.number) == sid:
                return sender
        raise RestError(20404, request.path)

    def _as_json(self, sender: SenderNumber) -> dict[str, object]:
        sid = number_sid(sender.number)
        return {
            "account_sid": self._account_sid,
            "api_version": "2010-04-01",
            "capabilities": {
                "sms": sender.sms_capable,
                "mms": sender.sms_capable,
                "voice": sender.voice_capable,
                "fax": False,
            },
            "friendly_name": sender.number,
            "phone_number": sender.number,
            "sid": sid,
            "sms_application_sid": "",
            "sms_fallback_method": sender.sms_fallback_method,
            "sms_fallback_url": sender.sms_fallback_url,
            "sms_method": sender.sms_method,
            "sms_url": sender.sms_url,
            "status_callback": sender.status_callback,
            "status_callback_method": "POST",
            "uri": f"/2010-04-01/Accounts/{self._account_sid}/IncomingPhoneNumbers/{sid}.json",
            "voice_application_sid": "",
            "voice_fallback_method": sender.voice_fallback_method,
            "voice_fallback_url": sender.voice_fallback_url,
            "voice_method": sender.voice_method,
            "voice_url": sender.voice_url,
        }


def number_sid(number: str) -> str:
    """Return the sid of a rented number: the same every time, and drawn from no random source."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]

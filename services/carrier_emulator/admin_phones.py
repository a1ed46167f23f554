"""Admin routes about phones and calls: look at them, and move the hands that hold them."""

import base64
from collections.abc import Sequence

from aiohttp import web

from services.carrier_emulator.admin_json import read_json
from services.carrier_emulator.calls import Answered, Call, Declined, HungUp, Input, Pressed
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.messages import Attachment
from services.carrier_emulator.phones import Phone
from services.carrier_emulator.profiles import PRESETS, preset
from services.carrier_emulator.voice import Voice


class AdminPhones:
    """Handlers for /_emu/phones and /_emu/calls."""

    def __init__(self, phones: Directory, voice: Voice) -> None:
        self._phones = phones
        self._voice = voice

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/_emu/profiles", self.profiles),
            web.get("/_emu/phones", self.list),
            web.post("/_emu/phones", self.add),
            web.delete("/_emu/phones/{number}", self.remove),
            web.get("/_emu/phones/{number}/inbox", self.inbox),
            web.post("/_emu/phones/{number}/send", self.send),
            web.post("/_emu/phones/{number}/call", self.call),
            web.get("/_emu/calls", self.calls),
            web.post("/_emu/calls/{sid}/{act:answer|press|hangup|decline}", self.act),
        ]

    async def profiles(self, request: web.Request) -> web.Response:
        """Show the names of the presets."""
        return web.json_response(sorted(PRESETS))

    async def list(self, request: web.Request) -> web.Response:
        """Show every phone."""
        return web.json_response([_phone_json(phone) for phone in self._phones.all()])

    async def add(self, request: web.Request) -> web.Response:
        """Add a phone, or change the profile of one: {number, profile, changes}."""
        values = await read_json(request)
        changes = values.get("changes", {})
        if not isinstance(changes, dict):
            raise ValueError("changes must be an object")
        profile = preset(str(values.get("profile", "manual")), changes)
        phone = self._phones.add(str(values["number"]), profile)
        return web.json_response(_phone_json(phone), status=201)

    async def remove(self, request: web.Request) -> web.Response:
        """Forget a phone."""
        self._phones.remove(request.match_info["number"])
        return web.Response(status=204)

    async def inbox(self, request: web.Request) -> web.Response:
        """Show the texts that reached a phone."""
        phone = self._phones.phone(request.match_info["number"])
        return web.json_response(
            [
                {"at": text.at.isoformat(), "sid": text.sid, "from": text.from_, "body": text.body}
                for text in phone.inbox
            ]
        )

    async def send(self, request: web.Request) -> web.Response:
        """Send a text from a phone: {body, to, media}.

        A file is {content (base64), content_type}; words stand for a picture.
        """
        values = await read_json(request)
        media = values.get("media", [])
        files = tuple(_file(one) for one in media) if isinstance(media, Sequence) else ()
        phone = self._phones.phone(request.match_info["number"])
        sid = await phone.text(str(values.get("body", "")), str(values["to"]), files)
        return web.json_response({"sid": sid}, status=201)

    async def call(self, request: web.Request) -> web.Response:
        """Call a number from a phone: {to}."""
        values = await read_json(request)
        phone = self._phones.phone(request.match_info["number"])
        call = await phone.call(str(values["to"]))
        return web.json_response(_call_json(call), status=201)

    async def calls(self, request: web.Request) -> web.Response:
        """Show every leg."""
        return web.json_response([_call_json(call) for call in self._voice.calls.values()])

    async def act(self, request: web.Request) -> web.Response:
        """Answer, decline, hang up, or press {digits} on the phone's end of a leg."""
        call = self._voice.calls.get(request.match_info["sid"])
        if call is None or call.is_over:
            raise LookupError(f"no live call {request.match_info['sid']}")
        acts: dict[str, Input] = {"answer": Answered(), "decline": Declined(), "hangup": HungUp()}
        act = request.match_info["act"]
        if act == "press":
            digits = str((await read_json(request)).get("digits", ""))
            call.inbox.put(Pressed(digits))
        else:
            call.inbox.put(acts[act])
        return web.json_response(_call_json(call))


def _file(sent: object) -> Attachment | str:
    if not isinstance(sent, dict):
        return str(sent)
    content = base64.b64decode(str(sent.get("content", "")), validate=True)
    return Attachment(content, str(sent.get("content_type", "image/jpeg")))


def _phone_json(phone: Phone) -> dict[str, object]:
    ringing, now = phone.ringing, phone.call_now
    return {
        "number": phone.number,
        "profile": phone.profile.name,
        "texts": len(phone.inbox),
        "ringing": None if ringing is None else ringing.sid,
        "in_call": None if now is None else now.sid,
    }


def _call_json(call: Call) -> dict[str, object]:
    return {**call.as_json(), "phone": call.phone, "heard": call.heard}

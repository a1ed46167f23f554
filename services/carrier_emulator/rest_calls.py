"""The Calls resource of the REST API: create, fetch, list, change."""

from collections.abc import Callable, Mapping

from aiohttp import web
from multidict import MultiDict

from services.carrier_emulator import date_filter, pages
from services.carrier_emulator.calls import Call, Ended, Orders, Redirected
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.rest_form import SID, read_form
from services.carrier_emulator.validation import Validation
from services.carrier_emulator.voice import Voice

_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_LONGEST_QUEUE_SECONDS = 86_400


class CallsResource:
    """Handlers for /2010-04-01/Accounts/{account}/Calls."""

    def __init__(
        self,
        *,
        validation: Validation,
        voice: Voice,
        new_call: Callable[[str, str, str], Call],
    ) -> None:
        self._validation = validation
        self._voice = voice
        self._new_call = new_call

    def routes(self, account: str) -> list[web.RouteDef]:
        """Return the routes below an account's path."""
        return [
            web.post(f"{account}/Calls.json", self.create),
            web.get(f"{account}/Calls.json", self.list),
            web.get(f"{account}/Calls/{{sid}}.json", self.fetch),
            web.post(f"{account}/Calls/{{sid}}.json", self.change),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Take a call and place it in the background."""
        form = await read_form(request)
        self._validation.call(form)
        if self._voice.queue_seconds > _LONGEST_QUEUE_SECONDS:
            raise RestError(22005)
        call = self._new_call(form["To"], form["From"], "outbound-api")
        _configure(call, form)
        self._voice.place(call)
        request[SID] = call.sid
        return web.json_response(call.as_json(), status=201)

    async def fetch(self, request: web.Request) -> web.Response:
        """Show one call."""
        return web.json_response(self._find(request).as_json())

    async def list(self, request: web.Request) -> web.Response:
        """Show calls, the newest first."""
        query = request.query
        rows = [call.as_json() for call in reversed(self._voice.calls.values()) if _passes(query, call)]
        return web.json_response(pages.page("calls", request.path, query, rows))

    async def change(self, request: web.Request) -> web.Response:
        """Cancel, end or redirect a call."""
        call = self._find(request)
        form = await read_form(request)
        status = form.get("Status", "")
        if call.is_over:
            raise RestError(21220)
        if status in ("canceled", "completed"):
            return web.json_response({**call.as_json(), "status": self._end(call, status)})
        if not (form.get("Url") or form.get("Twiml")):
            raise RestError(20001)
        if call.status != "in-progress":
            raise RestError(21220)
        call.orders = _orders(form)
        call.inbox.put(Redirected(call.orders))
        return web.json_response(call.as_json())

    def _end(self, call: Call, status: str) -> str:
        """End the call; one in progress cannot be canceled, and stays as it is."""
        if status == "canceled" and call.status == "in-progress":
            return call.status
        final = "completed" if call.status == "in-progress" else "canceled"
        call.inbox.put(Ended(final))
        return final

    def _find(self, request: web.Request) -> Call:
        call = self._voice.calls.get(request.match_info["sid"])
        if call is None:
            raise RestError(20404, request.path)
        return call


def _orders(form: MultiDict[str]) -> Orders:
    return Orders(
        url=form.get("Url", ""),
        method=form.get("Method", "POST").upper(),
        twiml=form.get("Twiml", ""),
        fallback_url=form.get("FallbackUrl", ""),
        fallback_method=form.get("FallbackMethod", "POST").upper(),
    )


def _configure(call: Call, form: MultiDict[str]) -> None:
    call.orders = _orders(form)
    call.ring_seconds = min(_seconds(form, "Timeout", 60), 600)
    call.limit_seconds = _seconds(form, "TimeLimit", 14_400)
    call.status_callback = form.get("StatusCallback", "")
    events = [word for text in form.getall("StatusCallbackEvent", []) for word in text.split()]
    call.status_events = tuple(event for event in events if event in _EVENTS) or ("completed",)
    if not form.get("SendDigits"):
        call.machine_detection = form.get("MachineDetection", "")
    call.async_amd = form.get("AsyncAmd", "").lower() == "true"
    call.async_amd_callback = form.get("AsyncAmdStatusCallback", "")


def _seconds(form: MultiDict[str], name: str, default: float) -> float:
    value = form.get(name, "")
    return float(value) if value.isdecimal() else default


def _passes(query: Mapping[str, str], call: Call) -> bool:
    shown = "queued" if call.status == "initiated" else call.status
    return (
        query.get("To") in (None, call.to)
        and query.get("From") in (None, call.from_)
        and query.get("Status") in (None, shown)
        and query.get("ParentCallSid") in (None, call.parent_sid)
        and date_filter.passes(query, "StartTime", call.answered or call.ended)
        and date_filter.passes(query, "EndTime", call.ended)
    )

"""What REST faults do to a request: hang, break, refuse, or answer rubbish."""

import asyncio
import random

from aiohttp import web

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.faults import Fault

_HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Struck(Exception):
    """The fault answers instead of the API."""

    def __init__(self, response: web.Response) -> None:
        self.response = response
        super().__init__(response.status)


class Dropped(Exception):
    """The connection is gone, so that no answer can be given."""


async def before(fault: Fault, request: web.Request, behaviour: Behaviour, chance: random.Random) -> None:
    """Let a fault strike before the request is handled; slow ones return in the end."""
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.number("ms", 1000) / 1000)
        case "brownout":
            await asyncio.sleep(fault.number("ms", 200) / 1000)
            if chance.random() < fault.number("rate", 0.05):
                raise Struck(_broken(Fault("http_5xx", args={"style": "html"})))
        case "timeout_before":
            await _hang(request, fault.number("real_seconds", behaviour.hang_real_seconds))
        case "http_429":
            raise RestError(20429)
        case "auth_fail":
            raise RestError(20003)
        case "http_error":
            code = int(fault.number("code", 20001))
            raise RestError(code, "", status=int(fault.number("status", 400)))
        case _:
            raise Struck(_broken(fault))


async def after(fault: Fault, request: web.Request, hang_real_seconds: float) -> None:
    """Let a fault strike after the request was handled: it happened, but nobody is told."""
    if fault.kind == "reset_after":
        _cut(request)
        raise Dropped
    await _hang(request, fault.number("real_seconds", hang_real_seconds))


async def _hang(request: web.Request, seconds: float) -> None:
    """Hold the connection until the client gives up, or that much real time has passed."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        if request.transport is None or request.transport.is_closing():
            raise Dropped
        await asyncio.sleep(0.01)
    _cut(request)
    raise Dropped


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _broken(fault: Fault) -> web.Response:
    status = int(fault.number("status", 503))
    if fault.kind == "rfc9457":
        problem = {
            "type": "https://www.twilio.com/docs/errors/20500",
            "title": "Internal server error",
            "status": status,
            "code": 20500,
            "detail": "An internal server error has occurred",
        }
        return web.json_response(problem, status=status, content_type="application/problem+json")
    match fault.text("style", "json"):
        case "html":
            return web.Response(status=status, text=_HTML, content_type="text/html")
        case "empty":
            return web.Response(status=status)
        case "truncated":
            return web.Response(status=status, text='{"code": 20500, "mess', content_type="application/json")
        case _:
            return RestError(20500, status=status).response()

"""Reads the form of a REST request, and keeps the sid that the request made."""

from aiohttp import web
from multidict import MultiDict

from services.carrier_emulator.errors import RestError

SID = web.RequestKey("sid", str)
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: web.Request) -> MultiDict[str]:
    """Return the parameters; any other content type than a form is refused."""
    if request.can_read_body and request.content_type != _FORM:
        raise RestError(20001, status=415)
    form = await request.post()
    return MultiDict((name, value) for name, value in form.items() if isinstance(value, str))

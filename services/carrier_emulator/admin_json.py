"""Reads JSON bodies of the admin API, and turns mistakes into readable answers."""

import json

from aiohttp import web
from aiohttp.typedefs import Handler


async def read_json(request: web.Request) -> dict[str, object]:
    """Return the object in the body; no body counts as an empty one."""
    text = await request.text()
    values = json.loads(text) if text else {}
    if not isinstance(values, dict):
        raise ValueError("the body must be a JSON object")
    return values


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 400 or 404 with the reason when an admin request asks for what cannot be."""
    try:
        return await handler(request)
    except (LookupError, ValueError) as error:
        if not request.path.startswith("/_emu/"):
            raise
        status = 400 if isinstance(error, (ValueError, KeyError)) else 404
        return web.json_response({"error": str(error)}, status=status)

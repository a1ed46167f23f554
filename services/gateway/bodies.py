"""Reading of request bodies: never more than 64 KiB, of the announced type only."""

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import Request

from services.gateway.core.cloud_events import Unfit
from services.gateway.signatures import Form

LARGEST = 64 * 1024
"""Bytes of one body."""
_SECONDS = 10
FORM = "application/x-www-form-urlencoded"


async def body(request: Request, *types: str) -> bytes:
    """Return the whole body; raises Unfit for one too large or of another content type."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > LARGEST:
        raise _too_large()
    if content_type(request) not in types:
        raise Unfit("Content-Type", "is not supported", f"send {' or '.join(types)}", 415)
    read = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for part in request.stream():
                read += part
                if len(read) > LARGEST:
                    raise _too_large()
    except TimeoutError:
        raise Unfit("body", f"did not arrive in {_SECONDS} seconds", "send it again", 408) from None
    return bytes(read)


async def form(request: Request) -> Form:
    """Return a form with every parameter, blank ones too; raises Unfit."""
    raw = await body(request, FORM)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError:
        raise Unfit("body", "is not a readable form", "send a form in UTF-8, percent-encoded", 400) from None
    return Form(pairs)


def content_type(request: Request) -> str:
    """Return the content type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large() -> Unfit:
    return Unfit("body", "is larger than 64 KiB", "send less", 413)

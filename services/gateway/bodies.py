"""Reading of request bodies: never more than 64 KiB unless a route says so, of the announced type only."""

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import Request

from services.gateway.core.cloud_events import Unfit
from services.gateway.signatures import Form

LARGEST = 64 * 1024
"""Bytes of one body."""
_SECONDS = 10
FORM = "application/x-www-form-urlencoded"


async def body(request: Request, *types: str, largest: int = LARGEST) -> bytes:
    """Return the whole body; raises Unfit for one of more than `largest` bytes, or of another type."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > largest:
        raise _too_large(largest)
    if content_type(request) not in types:
        raise Unfit("Content-Type", "is not supported", f"send {' or '.join(types)}", 415)
    read = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for part in request.stream():
                read += part
                if len(read) > largest:
                    raise _too_large(largest)
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


def _too_large(largest: int) -> Unfit:
    return Unfit("body", f"is larger than {largest // 1024} KiB", "send less", 413)

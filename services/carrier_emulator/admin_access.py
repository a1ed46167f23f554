"""Who may use the admin API: holders of the token, and in a demo the page on this machine."""

import hmac
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class AdminAccess:
    """Lets a request with the token in; in a demo also one from a page of our own."""

    def __init__(self, token: str, *, demo: bool) -> None:
        self._token = token
        self._demo = demo

    def middleware(self) -> Middleware:
        """Return the middleware to install."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/_emu/") and not self._may_enter(request):
                return web.json_response({"error": "X-Emulator-Token is missing"}, status=403)
            return await handler(request)

        return guard

    def _may_enter(self, request: web.Request) -> bool:
        given = request.headers.get("X-Emulator-Token") or request.query.get("token", "")
        if self._token and hmac.compare_digest(given.encode(), self._token.encode()):
            return True
        return self._demo and _is_our_page(request)


def _is_our_page(request: web.Request) -> bool:
    """Tell whether it comes from this machine and from no foreign page or rebound name."""
    origin = request.headers.get("Origin")
    return (
        request.remote in _LOOPBACK
        and urlsplit(f"//{request.host}").hostname in _LOOPBACK
        and (origin is None or urlsplit(origin).netloc == request.host)
        and request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    )

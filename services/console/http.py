"""The application: its routes, and what is true of every answer."""

import asyncio
from collections.abc import Iterable

import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console import web
from services.console.web import BadForm, Forbidden, NeedsCode, NotSigned, NotThere, Web
from services.runtime.activity import Activity
from services.runtime.log import Unavailable
from services.runtime.logging import where

_log = structlog.get_logger()
_HEADERS = {
    # Nothing from elsewhere, nothing inline, in no frame.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_TLS = {"strict-transport-security": "max-age=31536000"}
_KEEP_OUT = {"cache-control": "no-store"}
_LIVE = "/live"
"""At the end of a path: answers that stay open; nothing waits for their end."""


class Guarded:
    """Sets the headers of every answer, counts requests as work, and quotes nothing in the log."""

    def __init__(self, app: ASGIApp, activity: Activity, *, tls: bool) -> None:
        self._app = app
        self._activity = activity
        self._headers = _HEADERS | (_TLS if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, begun = str(scope["path"]), False
        more = self._headers | ({"cache-control": "no-cache"} if path.startswith("/static/") else _KEEP_OUT)

        async def noted(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name for name, _ in message["headers"]}
                fixed = [(k.encode(), v.encode()) for k, v in more.items() if k.encode() not in own]
                message = {**message, "headers": [*message["headers"], *fixed]}
            await send(message)

        try:
            if path.endswith(_LIVE):
                await self._app(scope, receive, noted)
                return
            with self._activity.work():
                await self._app(scope, receive, noted)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # A traceback could quote what was sent.
            _log.error("request_failed", path=_route(scope), error=type(error).__name__, where=where(error))
            if not begun:
                await JSONResponse({"says": "Something failed here. Send it again."}, 500)(
                    scope, receive, noted
                )


def application(web_: Web, routers: Iterable[APIRouter], activity: Activity, *, tls: bool) -> ASGIApp:
    """Return the application."""
    app = FastAPI(title="Vigil console", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=web.HERE / "static"))
    app.add_middleware(_Zipped, minimum_size=1000, compresslevel=4)

    def says(request: Request, status: int, title: str, text: str) -> Response:
        if web.wants_json(request):
            return JSONResponse({"says": text}, status)
        return web_.page(request, "message.html", None, status, title=title, text=text)

    @app.exception_handler(NotSigned)
    async def not_signed(request: Request, _error: Exception) -> Response:
        return web.to_sign_in(request)

    @app.exception_handler(NeedsCode)
    async def needs_code(request: Request, _error: Exception) -> Response:
        return web.to_step_up(request)

    @app.exception_handler(Forbidden)
    async def forbidden(request: Request, error: Exception) -> Response:
        return says(request, 403, "Not for your role", str(error))

    @app.exception_handler(BadForm)
    async def bad_form(request: Request, error: Exception) -> Response:
        return says(request, 400, "Not done", str(error))

    @app.exception_handler(NotThere)
    async def not_there(request: Request, error: Exception) -> Response:
        return says(request, 404, "Not found", str(error))

    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> Response:
        return says(
            request, 500, "Something failed here", "This was NOT done. Send it again, or use your phone."
        )

    @app.exception_handler(404)
    async def nowhere(request: Request, _error: Exception) -> Response:
        return says(request, 404, "Not found", "There is no such page.")

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, _error: Exception) -> Response:
        text = (
            "Vigil's store does not answer: this was NOT done. Send it again, "
            "or use your phone: texts and calls work on their own."
        )
        return says(request, 503, "Not done yet", text)

    return Guarded(app, activity, tls=tls)


class _Zipped(GZipMiddleware):
    """Smaller answers on a weak connection; not those that stay open, which would wait to be full."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and str(scope["path"]).endswith(_LIVE):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "other"))

"""The application: every route, and what is true of every request."""

from collections.abc import Iterable

import structlog
from fastapi import APIRouter, FastAPI, Request
from prometheus_client import Counter
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway import problems
from services.gateway.core.cloud_events import Unfit
from services.runtime.activity import Activity
from services.runtime.log import Unavailable

_log = structlog.get_logger()
REQUESTS = Counter("vigil_http_requests_total", "Requests by route and status.", ["route", "status"])


class Watched:
    """Counts each request as work under way; what goes wrong is logged by its class name only."""

    def __init__(self, app: ASGIApp, activity: Activity) -> None:
        self._app = app
        self._activity = activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._activity.work():
            try:
                await self._app(scope, receive, noted)
            except Exception as error:
                # A traceback could quote what was sent.
                _log.error("request_failed", path=_route(scope), error=type(error).__name__)
                if status == 0:
                    failed = JSONResponse({"error": "something failed here; send it again"}, 500)
                    await failed(scope, receive, noted)
        REQUESTS.labels(_route(scope), str(status)).inc()


def application(routers: Iterable[APIRouter], activity: Activity) -> ASGIApp:
    """Return the application; it has no pages that load anything from elsewhere."""
    app = FastAPI(title="Vigil", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json")
    for router in routers:
        app.include_router(router)

    @app.exception_handler(Unfit)
    async def unfit(request: Request, problem: Exception) -> Response:
        """Answer with what is wrong; nothing sent is quoted or logged."""
        assert isinstance(problem, Unfit)
        _log.warning("request_refused", path=_route(request.scope), code=problem.status, reason=problem.field)
        return problems.answer(problem)

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Exception) -> Response:
        """Answer 503: the carrier then goes to the fallback URL, others send again."""
        _log.error("fact_not_recorded", path=_route(request.scope), reason="NATS unavailable")
        return problems.answer(problems.unavailable())

    return Watched(app, activity)


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "other"))

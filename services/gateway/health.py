"""Whether the gateway lives, whether it can take facts, and its counters."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from nats.aio.client import Client
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from services.runtime.follow import Follower
from services.runtime.log import Unavailable

_CAUGHT_UP_SECONDS = 1.0


def routes(nc: Client, followers: Sequence[Follower]) -> APIRouter:
    """Return the routes under /health, and /metrics."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live")
    async def live(request: Request) -> Response:
        """Answer while the process does."""
        return JSONResponse({"status": "live"})

    @router.get("/health/ready")
    async def ready(request: Request) -> Response:
        """Answer 200 when facts can be published and what is followed is up to date, else 503."""
        if not nc.is_connected:
            return JSONResponse({"status": "not ready", "reason": "not connected to NATS"}, 503)
        try:
            for follower in followers:
                await follower.catch_up(_CAUGHT_UP_SECONDS)
        except Unavailable as error:
            return JSONResponse({"status": "not ready", "reason": str(error)}, 503)
        return JSONResponse({"status": "ready"})

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Return every counter of this process as Prometheus reads them."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router

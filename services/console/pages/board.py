"""The live board: what is open, who waits, what is parked, who is on call."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from nats.aio.client import Client
from starlette.responses import RedirectResponse, Response

from contracts.streams import SERVICES
from services.console import streams, web
from services.console.core import board
from services.console.core.board import Open
from services.console.core.rights import Action
from services.console.live import Lines, Live
from services.console.overview import Overview
from services.console.web import BadForm, Web
from services.runtime.clock import Clock
from services.runtime.permissions import retry_subject

_LINES = "_board.html"


def maker(overview: Overview, web_: Web, clock: Clock) -> Callable[[], Lines]:
    """Return what makes the lines of the board; a line whose escalation stood still is made once."""
    made: dict[str, tuple[object, str]] = {}

    def line(one: Open) -> tuple[str, str]:
        now, zone = clock.now(), overview.zone()
        people = tuple(map(overview.name, (one.brief.holder or "", *one.brief.paged)))
        stamp = (one.sequence, people, zone.key, now.astimezone(zone).date())
        known = made.get(one.subject)
        if known is None or known[0] != stamp:
            row = board.row(one, overview.name, zone, now)
            known = made[one.subject] = (stamp, web_.macro(_LINES, "line", row))
        return one.subject, known[1]

    def make() -> Lines:
        now, zone = clock.now(), overview.zone()
        runs = board.ordered(overview.open_runs())
        open_now, faults = [r for r in runs if not r.is_fault], [r for r in runs if r.is_fault]
        for gone in made.keys() - {one.subject for one in runs}:
            del made[gone]
        waits = board.waiting(
            overview.talks,
            {key: one.brief for key, one in overview.runs.items()},
            overview.name,
            zone,
            now,
        )
        parked = board.stuck(overview.parked.values(), zone, now)
        cover = board.coverage(overview.schedules.values, overview.shifts.values, overview.name, zone, now)
        alone = sum(one.nobody for one in open_now)
        summary = web_.macro(_LINES, "summary", len(open_now), alone, len(waits), len(faults), len(parked))
        return {
            "summary": [("summary", summary)],
            "open": [line(one) for one in open_now],
            "waiting": [(one.key, web_.macro(_LINES, "waits", one)) for one in waits],
            "faults": [line(one) for one in faults],
            "parked": [(one.key, web_.macro(_LINES, "stuck", one)) for one in parked],
            "cover": [(one.key, web_.macro(_LINES, "cover", one)) for one in cover],
        }

    return make


def routes(web_: Web, live: Live, nc: Client, overview: Overview) -> APIRouter:
    """Return the routes of the board."""
    router = APIRouter()

    @router.get("/board")
    async def show(request: Request) -> Response:
        """Show it; with JavaScript it changes by itself."""
        signed = await web_.signed(request)
        web_.need(signed, Action.SEE_BOARD)
        lines = live.whole()
        return web_.page(
            request,
            "board.html",
            signed,
            lines=lines,
            mark=live.mark,
            asked=request.query_params.get("asked", ""),
        )

    @router.get("/board/live")
    async def stream(request: Request, mark: str = "") -> Response:
        """Send what changes."""
        signed = await web_.signed(request)
        web_.need(signed, Action.SEE_BOARD)
        secret = request.cookies.get(web_.cookie, "")

        async def still() -> bool:
            return await web_.sign_in.of(secret, used=False) is not None

        return streams.board(live, request.headers.get("last-event-id", mark), still)

    @router.post("/parked/retry")
    async def retry(request: Request) -> Response:
        """Ask a service to try its parked messages again, now."""
        signed = await web_.signed(request)
        web_.need(signed, Action.RETRY_PARKED)
        form = await web_.form(request, signed)
        service = web.field(form, "service")
        if service not in SERVICES:
            raise BadForm("There is no such service.")
        await nc.publish(retry_subject(service), b"")
        await nc.flush(2)
        return RedirectResponse(f"/board?asked={service}#parked", 303)

    return router

"""What is somebody's own: what they hold, were paged about or help with, and when they are on call."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from contracts.escalations import EscalationStatus
from services.console import streams
from services.console.core import board, words
from services.console.core.board import Row
from services.console.core.rights import Action
from services.console.core.words import When
from services.console.live import Hub, Live
from services.console.overview import Overview
from services.console.sign_in import Signed
from services.console.web import NotSigned, Web
from services.runtime.clock import Clock

_HELD = (EscalationStatus.HELD, EscalationStatus.REACHED, EscalationStatus.HANDED_OFF)


@dataclass(frozen=True)
class Duty:
    """A schedule somebody is on, or comes on next."""

    title: str
    now: bool
    until: When | None


class Mine:
    """Finds what is somebody's own."""

    def __init__(self, overview: Overview, clock: Clock) -> None:
        self._overview = overview
        self._clock = clock

    def rows(self, person: str | None) -> dict[str, list[Row]]:
        """Return what they hold, were paged about, and help with, the most urgent first."""
        found: dict[str, list[Row]] = {"held": [], "paged": [], "beside": []}
        if person is None:
            return found
        overview, now = self._overview, self._clock.now()
        paged = overview.paged_runs(person)
        for one in board.ordered(overview.open_runs()):
            brief, talk = one.brief, overview.talks.get(one.subject.partition(".")[2])
            if brief.holder == person and brief.status in _HELD:
                name = "held"
            elif brief.run in paged:
                name = "paged"
            elif talk is not None and person in talk.joined and not one.is_fault:
                name = "beside"
            else:
                continue
            found[name].append(board.row(one, overview.name, overview.zone(person), now))
        return found

    def duties(self, person: str | None) -> list[Duty]:
        """Return what they are on call for, and what comes next."""
        overview, now = self._overview, self._clock.now()
        zone, found = overview.zone(person), []
        for key, compiled in sorted(overview.shifts.values.items()):
            schedule = overview.schedules.values.get(key)
            theirs = [one for one in compiled.shifts if one.person == person and one.end > now]
            if not theirs or schedule is None:
                continue
            first = min(theirs, key=lambda one: one.start)
            is_on = first.start <= now
            moment = first.end if is_on else first.start
            found.append(Duty(schedule.title or key, is_on, words.when(moment, zone, now)))
        return sorted(found, key=lambda one: not one.now)


def routes(web_: Web, mine: Mine, hub: Hub, live: Live) -> APIRouter:
    """Return the routes of one's own page."""
    router = APIRouter()

    def parts(signed: Signed) -> list[tuple[str, str]]:
        person = signed.account.person
        rows, duties = mine.rows(person), mine.duties(person)
        html = [web_.macro("_mine.html", name, rows[name]) for name in ("held", "paged", "beside")]
        if person is None:
            html = ["<p>This account belongs to no responder: it is never paged, and holds nothing.</p>"]
        return [(str(n), one) for n, one in enumerate([*html, web_.macro("_mine.html", "duties", duties)])]

    @router.get("/mine")
    async def show(request: Request) -> Response:
        """Show it; with JavaScript it changes by itself."""
        signed = await web_.signed(request)
        web_.need(signed, Action.SEE_BOARD)
        return web_.page(request, "mine.html", signed, parts=parts(signed))

    @router.get("/mine/parts")
    async def again(request: Request) -> Response:
        """Return what the page holds now."""
        signed = await web_.sign_in.of(request.cookies.get(web_.cookie, ""), used=False)
        if signed is None:
            raise NotSigned
        made = parts(signed)
        return JSONResponse({"order": {"parts": [key for key, _ in made]}, "lines": {"parts": dict(made)}})

    @router.get("/mine/live")
    async def stream(request: Request) -> Response:
        """Say when something changed."""
        await web_.signed(request)
        secret = request.cookies.get(web_.cookie, "")

        async def still() -> bool:
            return await web_.sign_in.of(secret, used=False) is not None

        return streams.changes(hub, live, "", still)

    return router

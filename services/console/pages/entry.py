"""Signing in, giving a code again, signing out."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.console import web
from services.console.core import rights
from services.console.sign_in import Refused
from services.console.throttle import Throttle
from services.console.web import Web

_SLOW = "Too many sign-ins from here. Wait a minute; your phone works as always."


def routes(web_: Web, throttle: Throttle) -> APIRouter:
    """Return the routes of the way in and out."""
    router = APIRouter()

    @router.get("/")
    async def first(request: Request) -> Response:
        """Go to the page one begins with."""
        signed = await web_.signed(request)
        return RedirectResponse(rights.home(signed.account.role), 303)

    @router.get("/health/live")
    async def live(request: Request) -> Response:
        """Answer while the process does."""
        return JSONResponse({"status": "live"})

    @router.get("/sign-in")
    async def sign_in(request: Request, onward: str = "") -> Response:
        """Show the form."""
        return web_.sign_in_page(request, web.onward(onward))

    @router.post("/sign-in")
    async def begin(request: Request) -> Response:
        """Sign in with name, password and one-time code."""
        form = await web_.form(request, None)
        onward, name = web.onward(web.field(form, "onward")), web.field(form, "name").lower()
        if not throttle.allows(web.address(request)):
            return web_.sign_in_page(request, onward, _SLOW, 429, name)
        typed = form.get("password", "")
        password = typed if isinstance(typed, str) else ""
        found = await web_.sign_in.begin(name, password, web.field(form, "code"), web.address(request))
        if isinstance(found, Refused):
            return web_.sign_in_page(request, onward, found.says, 403, name)
        secret, signed = found
        return web_.opened(secret, onward or rights.home(signed.account.role))

    @router.get("/step-up")
    async def step_up(request: Request, onward: str = "") -> Response:
        """Ask for a one-time code."""
        signed = await web_.signed(request)
        return web_.page(request, "step_up.html", signed, says="", onward=web.onward(onward) or "/")

    @router.post("/step-up")
    async def stepped_up(request: Request) -> Response:
        """Take the code, and go on."""
        signed = await web_.signed(request)
        form = await web_.form(request, signed)
        onward = web.onward(web.field(form, "onward")) or "/"
        found = await web_.sign_in.step_up(signed, web.field(form, "code"), web.address(request))
        if isinstance(found, Refused):
            return web_.page(request, "step_up.html", signed, 403, says=found.says, onward=onward)
        return RedirectResponse(onward, 303)

    @router.post("/sign-out")
    async def end(request: Request) -> Response:
        """End the session."""
        signed = await web_.signed(request)
        await web_.form(request, signed)
        await asyncio.shield(web_.sign_in.end(signed))
        return web_.closed()

    return router

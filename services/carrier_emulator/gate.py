"""The door of the REST API: counts requests, checks credentials, lets faults strike, notes all."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.entries import RequestHandled
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.faults import REST_AFTER, REST_BEFORE, Fault, Faults, Subject
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.rest_faults import Dropped, Struck, after, before
from services.carrier_emulator.rest_form import SID, read_form

API_PATHS = ("/2010-04-01/", "/v1/", "/v2/")


class Gate:
    """Wraps every REST handler; the admin pages pass by."""

    def __init__(
        self,
        *,
        account_sid: str,
        credentials: dict[str, str],
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        ledger: Ledger,
        faults: Faults,
    ) -> None:
        self._account_sid = account_sid
        self._credentials = credentials
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._ledger = ledger
        self._faults = faults
        self._open_requests = 0
        self.closed_until: datetime | None = None

    def middleware(self) -> Middleware:
        """Return the middleware to install."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not request.path.startswith(API_PATHS):
                return await handler(request)
            with self._activity.running():
                self._open_requests += 1
                try:
                    return await self._handle(request, handler)
                finally:
                    self._open_requests -= 1

        return guard

    async def _handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        params = await self._params(request)
        form = dict(params)
        subject = Subject(
            f"{request.method} {request.path}",
            to=form.get("To", ""),
            from_=form.get("From", ""),
            path=request.path,
        )
        fault: Fault | None = None
        code: int | None = None
        response: web.StreamResponse
        try:
            fault = self._faults.take(REST_BEFORE, subject)
            response = await self._answer(request, handler, fault)
            late = self._faults.take(REST_AFTER, subject)
            if late is not None:
                fault = late
                await after(late, request, self._behaviour.hang_real_seconds)
        except RestError as error:
            code, response = error.code, error.response()
        except Struck as struck:
            response = struck.response
        except Dropped:
            response = web.Response(status=499)
        except Exception as error:
            self._activity.crashes.append(error)
            raise
        answered = None if response.status == 499 else response.status
        seconds = asyncio.get_running_loop().time() - started
        self._ledger.write(
            RequestHandled(
                at=self._now(),
                method=request.method,
                path=request.path,
                params=params,
                status=answered,
                code=code,
                sid=request.get(SID),
                fault=fault.kind if fault is not None else None,
                real_seconds=seconds,
            )
        )
        return response

    async def _answer(
        self, request: web.Request, handler: Handler, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None:
            processed = fault.text("processed", "")
            if processed:
                await handler(request)
            await before(fault, request, self._behaviour, self._faults.random)
        if self._behaviour.rest_real_seconds > 0:
            await asyncio.sleep(self._behaviour.rest_real_seconds)
        limit = self._behaviour.max_concurrent_requests
        if limit is not None and self._open_requests > limit:
            raise RestError(20429)
        self._authorize(request)
        try:
            return await handler(request)
        except web.HTTPNotFound:
            raise RestError(20404, request.path) from None
        except web.HTTPMethodNotAllowed:
            raise RestError(20004) from None

    def _authorize(self, request: web.Request) -> None:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise RestError(20003) from None
        if scheme.lower() != "basic" or self._credentials.get(user) != password or not password:
            raise RestError(20003)
        account = request.match_info.get("account", self._account_sid)
        if account != self._account_sid:
            raise RestError(20404, request.path)

    async def _params(self, request: web.Request) -> tuple[tuple[str, str], ...]:
        if request.method == "GET":
            return tuple(request.query.items())
        try:
            return tuple((await read_form(request)).items())
        except RestError:
            return ()

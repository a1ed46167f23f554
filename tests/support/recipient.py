"""A FHIR server of our own, as a recipient of what leaves: it keeps what is put, fails and stalls as told."""

import asyncio
import json
from typing import Any

from aiohttp import web

TOKEN = "token-of-the-county"
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "invalid", "diagnostics": "subject Rivera is not known here"}],
}


class FhirServer:
    """Answers `PUT /fhir/<type>/<id>`. `answers`: what comes next, by status or word; then 201 and 200."""

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self.put: list[dict[str, Any]] = []
        """Every resource that was accepted, as it came."""
        self.asked = 0
        self.port = 0
        self.released = asyncio.Event()
        """Set: whoever hangs is answered."""
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.port}/fhir"

    def latest(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return id -> resource of that type, as it now stands."""
        return {one["id"]: one for one in self.put if one["resourceType"] == kind}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return everything of that type that was accepted, in order."""
        return [one for one in self.put if one["resourceType"] == kind]

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        app = web.Application()
        app.router.add_put("/fhir/{type}/{id}", self._answer)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Be gone: connections are refused."""
        if self._runner is not None:
            self.released.set()
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.content_type == "application/fhir+json"
        body = json.loads(await request.read())
        assert (body["resourceType"], body["id"]) == (request.match_info["type"], request.match_info["id"])
        match self.answers.pop(0) if self.answers else 0:
            case "hang":
                await self.released.wait()
                return web.Response(status=500)
            case "accept_and_hang":
                self.put.append(body)
                await self.released.wait()
                return web.Response(status=500)
            case 0:
                known = body["id"] in self.latest(body["resourceType"])
                self.put.append(body)
                return web.Response(status=200 if known else 201)
            case 302:
                return web.Response(status=302, headers={"Location": "/elsewhere"})
            case int() as status:
                return web.json_response(OUTCOME, status=status)
            case other:
                raise AssertionError(other)

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        raise AssertionError("a redirect was followed")

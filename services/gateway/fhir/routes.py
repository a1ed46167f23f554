"""FHIR over HTTP: `POST /fhir`, `POST|PUT /fhir/{type}[/{id}]`, `GET /fhir/metadata`."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.gateway import bodies, problems
from services.gateway.core.cloud_events import Unfit
from services.gateway.fhir import outcome
from services.gateway.fhir.bundles import Entry, Raw, entries, parsed
from services.gateway.fhir.intake import Intake
from services.gateway.fhir.issues import Refused, refused
from services.gateway.fhir.notifications import status_of
from services.gateway.fhir.resources import MODELS
from services.gateway.fhir.subscriptions import Subscriptions
from services.gateway.sources import Sources
from services.runtime.log import Unavailable

_log = structlog.get_logger()
_LARGEST = 1024 * 1024
_TAKEN = (outcome.TYPE, "application/json")


def routes(sources: Sources, intake: Intake, subscriptions: Subscriptions) -> APIRouter:
    """Return the routes for FHIR."""
    router = APIRouter(tags=["FHIR R4"], prefix="/fhir")

    @router.get("/metadata")
    async def capabilities() -> JSONResponse:
        """Say what is taken up: a CapabilityStatement."""
        return JSONResponse(_capabilities(), media_type=outcome.TYPE)

    @router.post("")
    @router.post("/", include_in_schema=False)
    async def post_any(request: Request) -> Response:
        """Take up a Bundle (transaction, batch, collection, notification) or a single resource."""
        return await _answered(request, lambda: _any(request, None, ""))

    @router.post("/{kind}")
    async def post_one(request: Request, kind: str) -> Response:
        """Take up one resource of that type."""
        return await _answered(request, lambda: _any(request, kind, ""))

    @router.put("/{kind}/{name}")
    async def put_one(request: Request, kind: str, name: str) -> Response:
        """Take up one resource under its id."""
        return await _answered(request, lambda: _any(request, kind, name))

    @router.delete("/{kind}/{name}")
    async def delete_one(request: Request, kind: str, name: str) -> Response:
        """Take back what came of that resource."""
        return await _answered(request, lambda: _gone(request, kind, name))

    async def _gone(request: Request, kind: str, name: str) -> Response:
        source = sources.of(request)
        if kind not in MODELS:
            says = f"this type is not taken up; there are Bundle, {', '.join(MODELS)}"
            raise refused("", says, "not-supported", 404)
        (answered,) = await intake.take(source, (Entry("", None, method="DELETE", url=f"{kind}/{name}"),))
        return outcome.answer(answered.status, answered.issues, answered.version)

    async def _any(request: Request, kind: str | None, name: str) -> Response:
        source = sources.of(request)
        raw = parsed(await bodies.body(request, *_TAKEN, largest=_LARGEST))
        _check(raw, kind, name)
        if raw["resourceType"] == "Bundle":
            return await _bundle(source, raw)
        (answered,) = await intake.take(source, (Entry("", raw),))
        return outcome.answer(answered.status, answered.issues, answered.version)

    async def _bundle(source: str, raw: Raw) -> Response:
        held = entries(raw)
        status = status_of(held[0].raw) if held else None
        if status is not None:
            answered = await subscriptions.hear(source, status, held[1:])
            return outcome.answer(answered.status, answered.issues)
        answers = await intake.take(source, held)
        if raw["type"] == "transaction" and not all(one.is_fine for one in answers):
            return outcome.failed(answers, [one.place for one in held])
        return outcome.bundle(str(raw["type"]), answers)

    return router


async def _answered(request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer of the work, whatever goes wrong as an OperationOutcome."""
    try:
        return await work()
    except Unfit as problem:
        _log.warning("request_refused", path="/fhir", code=problem.status, reason=problem.field)
        return outcome.of_unfit(problem)
    except Refused as problem:
        _log.warning("request_refused", path="/fhir", code=problem.status, reason="resource")
        return outcome.of_refused(problem)
    except Unavailable:
        _log.error("fact_not_recorded", path="/fhir", reason="NATS or the FHIR server unavailable")
        return outcome.of_unfit(problems.unavailable())


def _check(raw: Raw, kind: str | None, name: str) -> None:
    known = raw["resourceType"]
    if kind is not None and kind not in (*MODELS, "Bundle"):
        says = f"this type is not taken up; there are Bundle, {', '.join(MODELS)}"
        raise refused("", says, "not-supported", 404)
    if kind is not None and known != kind:
        raise refused(f"{kind}.resourceType", "is another type than the URL names", "invalid", 400)
    if name and raw.get("id") != name:
        raise refused(f"{kind}.id", "is not the id that the URL names; send the same in both", "invalid", 400)


def _capabilities() -> dict[str, object]:
    interactions = [{"code": "create"}, {"code": "update"}, {"code": "delete"}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-24",
        "kind": "instance",
        "software": {"name": "Vigil"},
        "implementation": {"description": "Takes up what a programme reports; nothing can be read here."},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token for each source."},
                "resource": [{"type": kind, "interaction": interactions} for kind in MODELS],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }

"""Signals from other systems: `POST /v1/signals`, CloudEvents 1.0, structured or binary."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from contracts.signals import Signal
from services.gateway import bodies
from services.gateway.core import cloud_events
from services.gateway.core.cloud_events import Reported, Unfit
from services.gateway.facts import Facts
from services.gateway.registry import Registry
from services.gateway.sources import Sources
from services.runtime.clock import Clock

STRUCTURED = "application/cloudevents+json"
BINARY = "application/json"


def routes(sources: Sources, facts: Facts, registry: Registry, clock: Clock) -> APIRouter:
    """Return the route for signals."""
    router = APIRouter(tags=["programme systems"])

    @router.post("/v1/signals", status_code=202)
    async def report(request: Request) -> JSONResponse:
        """Report that something happened to a patient; 202 once it is stored, also when repeated."""
        source = sources.of(request)
        body = await bodies.body(request, STRUCTURED, BINARY)
        reported = _read(request, body)
        if reported.source != source:
            raise Unfit("source", "is not the system this token belongs to", "send your own source", 403)
        patient = await _patient(registry, reported)
        signal = Signal(
            id=reported.signal_id,
            kind=reported.kind,
            urgency=reported.urgency,
            patient=patient,
            occurred_at=reported.occurred_at or clock.now(),
            received_at=clock.now(),
            source=source,
            evidence=reported.evidence,
            tags=reported.tags,
        )
        new = await facts.publish(f"signals.{signal.kind}", signal, signal.id)
        answer: dict[str, object] = {"signal": signal.id, "patient": patient}
        if not new:
            answer["duplicate"] = True
        if reported.warnings:
            answer["warnings"] = list(reported.warnings)
        return JSONResponse(answer, status_code=202)

    return router


def _read(request: Request, body: bytes) -> Reported:
    if bodies.content_type(request) == STRUCTURED:
        return cloud_events.structured(body)
    if "ce-specversion" not in request.headers:
        raise Unfit("ce-specversion", "is missing", f"send ce- headers, or one event as {STRUCTURED}", 400)
    return cloud_events.binary(request.headers, body)


async def _patient(registry: Registry, reported: Reported) -> str:
    """Return whom it is about: as the source's id says, else as Vigil's own; else somebody new."""
    if not reported.outside_id:
        return reported.vigil_id
    if reported.vigil_id:
        known = await registry.of_outside_id(reported.source, reported.outside_id)
        return known or reported.vigil_id
    return (await registry.found_or_minted(reported.source, reported.outside_id)).patient

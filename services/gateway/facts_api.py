"""The plain JSON API of facts: screens, specimens, doses, sessions, check-ins, absences, discharges.

Each is answered 202 once it is stored. The source's own id makes a repetition harmless; the same id with
another content is a correction.
"""

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse

from contracts.facts import Standing
from contracts.screens import ScreenAnswers, ScreenProblem
from contracts.values import Kind
from services.gateway import bodies, facts_forms
from services.gateway.core.cloud_events import Unfit
from services.gateway.facts_forms import (
    AbsenceForm,
    CheckInForm,
    DischargeForm,
    DoseForm,
    FactForm,
    ScoreForm,
    ScreenForm,
    SessionForm,
)
from services.gateway.fhir.naming import nearest
from services.gateway.reporting import Draft, FactType, Reporter
from services.gateway.sources import Sources
from services.gateway.taking_back import Told
from services.triage import instruments
from services.triage.instruments import Thresholds, UnknownInstrument
from services.triage.instruments.scoring.items import AnyInstrument
from services.triage.instruments.scoring.reading import read as read_sheet

_STORED = {
    "type": "object",
    "properties": {
        "fact": {"type": "string", "description": "Vigil's id of what was reported."},
        "version": {"type": "string"},
        "patient": {"type": "string", "description": "Vigil's id of the patient."},
        "outcome": {"type": "string", "enum": ["new", "repeated", "older", "unknown"]},
        "unclear": {
            "type": "array",
            "items": {"type": "object"},
            "description": "What keeps it from a score.",
        },
    },
    "required": ["fact", "patient", "outcome"],
}
_REFUSED = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "field": {"type": "string"}, "fix": {"type": "string"}},
    "required": ["error", "field", "fix"],
}


def routes(sources: Sources, reporter: Reporter, thresholds: Thresholds) -> APIRouter:
    """Return the routes for facts."""
    router = APIRouter(tags=["programme facts"])

    @router.post("/v1/screens", **_told(ScreenForm))
    async def screens(request: Request) -> JSONResponse:
        """Report a filled-in screen; it is scored, and pages if it must."""
        source, form = await _form(sources, request, ScreenForm)
        return await _judged(
            source, form, (Kind.SCREEN_POSITIVE, Kind.WITHDRAWAL), "/v1/specimens or /v1/doses"
        )

    @router.post("/v1/specimens", **_told(ScreenForm))
    async def specimens(request: Request) -> JSONResponse:
        """Report a breath test or a urine panel."""
        source, form = await _form(sources, request, ScreenForm)
        return await _judged(source, form, (Kind.SUBSTANCE_POSITIVE,), "/v1/screens or /v1/doses")

    @router.post("/v1/doses", **_told(DoseForm))
    async def doses(request: Request) -> JSONResponse:
        """Report one dose (`day` and `taken`), or how many were missed (`answers`)."""
        source, form = await _form(sources, request, DoseForm)
        if (form.day is None) != (form.taken is None):
            field = "day" if form.day is None else "taken"
            raise Unfit(field, "is missing", "send day and taken together")
        if form.taken is None and not form.answers and form.status != "entered_in_error":
            fix = "send day and taken, or answers that say how many were missed"
            raise Unfit("taken", "is missing", fix)
        more = {} if form.taken is None else {"day": form.day, "taken": form.taken}
        return await _judged(source, form, (Kind.DOSE_MISSED,), "/v1/screens or /v1/specimens", more)

    @router.post("/v1/sessions", **_told(SessionForm))
    async def planned(request: Request) -> JSONResponse:
        """Plan or move a session of one patient alone, or cancel it."""
        source, form = await _form(sources, request, SessionForm)
        name = f"session/{form.id}"
        if form.status == "cancelled":
            return _one(await reporter.report(source, _draft("session_cancelled", form, name, session=name)))
        if form.starts_at is None or form.ends_at is None:
            field = "starts_at" if form.starts_at is None else "ends_at"
            raise Unfit(field, "is missing", "send a moment with a time zone")
        if form.ends_at <= form.starts_at:
            raise Unfit("ends_at", "is not after starts_at", "send when it ends")
        clear = {name: getattr(form, name) for name in ("starts_at", "ends_at", "modality", "site")}
        draft = _draft("session_planned", form, name, clear, session=name)
        return _one(await reporter.report(source, draft))

    @router.post("/v1/check-ins", **_told(CheckInForm))
    async def check_ins(request: Request) -> JSONResponse:
        """Say that somebody is there, or who of a group is; or that it was a mistake."""
        source, form = await _form(sources, request, CheckInForm)
        who = tuple(dict.fromkeys((*form.patients, *((form.patient,) if form.patient else ()))))
        if not who:
            raise Unfit("patient", "is missing", "send patient, or patients")
        mistake = form.status == "entered_in_error"
        kind: FactType = "check_in_undone" if mistake else "checked_in"
        # Of a mistake only what was said under the same id is taken back, list or not.
        by = "list" if form.patients and not mistake else "api"
        clear: dict[str, object] = {"by": by} | _group_session(form)
        session = f"session/{form.session}" if form.session and not form.group_session else ""
        told = [
            await reporter.report(
                source,
                Draft(kind, f"check-in/{form.id}#{one}", one, form.at, "", session, clear),
            )
            for one in who
        ]
        if not form.patients:
            return _one(told[0])
        return JSONResponse({"facts": [_said(one) for one in told]}, 202)

    @router.post("/v1/absences", **_told(AbsenceForm))
    async def absences(request: Request) -> JSONResponse:
        """Say ahead that somebody doesn't come to a session, or that day."""
        source, form = await _form(sources, request, AbsenceForm)
        session = f"session/{form.session}" if form.session and not form.group_session else ""
        clear: dict[str, object] = {"on": form.on} | _group_session(form)
        sealed = {"reason": form.reason} if form.reason else {}
        draft = _draft("absence_excused", form, f"absence/{form.id}", clear, sealed, session=session)
        return _one(await reporter.report(source, draft))

    @router.post("/v1/discharges", **_told(DischargeForm))
    async def discharges(request: Request) -> JSONResponse:
        """Say that somebody left the programme, residential care or a hospital."""
        source, form = await _form(sources, request, DischargeForm)
        if not reporter.has_come(form.on):
            # Weeks of raised risk that begin at a mistyped day would hide those that begin now.
            raise Unfit("on", "has not come yet", "report it on the day on which they leave")
        clear = {"left": form.left, "on": form.on}
        draft = _draft("patient_discharged", form, f"discharge/{form.id}", clear)
        return _one(await reporter.report(source, draft))

    @router.post("/v1/screens/score", **_told(ScoreForm, 200, {"type": "object"}))
    async def score(request: Request) -> JSONResponse:
        """Say what answers come to, as `vigil screen score` does; nothing is stored or paged."""
        _, form = await _form(sources, request, ScoreForm)
        instrument = _instrument(form.instrument)
        answers = _answers({"answers": form.answers, "total": form.total, "at": form.at, "by": form.by})
        result = instruments.score(instrument.id, answers, thresholds).model_dump(mode="json")
        return JSONResponse(result | {"problems": _unclear(instrument, answers)})

    async def _judged(
        source: str,
        form: ScreenForm | DoseForm,
        kinds: tuple[Kind, ...],
        elsewhere: str,
        more: Mapping[str, object] | None = None,
    ) -> JSONResponse:
        instrument = _instrument(form.instrument)
        if instrument.kind not in kinds:
            raise Unfit("instrument", "is of another kind", f"send it to {elsewhere}")
        beside = {"total": form.total, "by": form.by} if isinstance(form, ScreenForm) else {}
        answers = _answers({"answers": form.answers, "at": form.at, **beside})
        clear = {"instrument": instrument.id, "standing": Standing(form.status), **(more or {})}
        kind = _TYPES[instrument.kind]
        content = {"content": answers.model_dump_json(exclude_none=True)}
        told = await reporter.report(source, _draft(kind, form, f"{kind}/{form.id}", clear, content))
        answer = _said(told)
        if not more and form.status != "entered_in_error" and (unclear := _unclear(instrument, answers)):
            answer["unclear"] = unclear
        return JSONResponse(answer, 202)

    return router


_TYPES: Mapping[Kind, FactType] = {
    Kind.SCREEN_POSITIVE: "screen_answered",
    Kind.WITHDRAWAL: "screen_answered",
    Kind.SUBSTANCE_POSITIVE: "specimen_tested",
    Kind.DOSE_MISSED: "dose_reported",
}


async def _form(sources: Sources, request: Request, model: type[facts_forms.F]) -> tuple[str, facts_forms.F]:
    """Return the source and what it sent. Raises Unfit."""
    source = sources.of(request)
    body = await bodies.body(request, "application/json")
    try:
        held: object = json.loads(body)
        # A lone half of a surrogate pair can't be stored or sent on.
        json.dumps(held, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Unfit("body", "is not JSON that can be read", "send one JSON object in UTF-8", 400) from None
    if not isinstance(held, dict):
        raise Unfit("body", "is not a JSON object", "send one JSON object", 400)
    key = request.headers.get("idempotency-key", "")
    if key and "id" in model.model_fields and not held.get("id"):
        held["id"] = key
    return source, facts_forms.read(model, held)


def _instrument(name: str) -> AnyInstrument:
    try:
        return instruments.find(name)
    except UnknownInstrument:
        raise Unfit("instrument", "is none that is known here", nearest([name])) from None


def _answers(given: Mapping[str, object]) -> ScreenAnswers:
    """Return the answers, read as `vigil screen score` reads them. Raises Unfit."""
    try:
        return ScreenAnswers.model_validate({name: one for name, one in given.items() if one is not None})
    except (ValidationError, RecursionError):
        fix = (
            "send {item: answer}, or a list of {item, value, unit}; a value is text, a number, true or false"
        )
        raise Unfit("answers", "can't be read", fix) from None


def _unclear(instrument: AnyInstrument, answers: ScreenAnswers) -> list[dict[str, str]]:
    return [_problem(one) for one in read_sheet(instrument, answers).problems]


def _problem(one: ScreenProblem) -> dict[str, str]:
    # The name of an unknown item is the sender's, and may be anything.
    item = "" if one.what == "unknown" else one.item
    return {"what": one.what, "item": item, "says": one.says, "mend": one.mend}


def _draft(
    kind: FactType,
    form: FactForm,
    name: str,
    clear: Mapping[str, object] | None = None,
    sealed: Mapping[str, str] | None = None,
    *,
    session: str = "",
) -> Draft:
    return Draft(kind, name, form.patient, form.at, form.stated(), session, clear or {}, sealed or {})


def _group_session(form: CheckInForm | AbsenceForm) -> dict[str, object]:
    return {"session": form.group_session} if form.group_session else {}


def _said(told: Told) -> dict[str, object]:
    return {
        "fact": told.document,
        "version": told.version,
        "patient": told.patient,
        "outcome": told.outcome,
    }


def _one(told: Told) -> JSONResponse:
    return JSONResponse(_said(told), 202)


class _Described(TypedDict):
    status_code: int
    responses: dict[int | str, dict[str, Any]]
    openapi_extra: dict[str, Any]


def _told(model: type[BaseModel], status: int = 202, answer: Mapping[str, object] = _STORED) -> _Described:
    """Return what the OpenAPI document says of a route: what is sent, and what may come back."""
    refused = {
        "description": "Refused: the field, and how to mend it.",
        "content": {"application/json": {"schema": _REFUSED}},
    }
    fine = {"description": "Stored.", "content": {"application/json": {"schema": answer}}}
    sent = {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}
    return {
        "status_code": status,
        "responses": {status: fine, **dict.fromkeys((400, 401, 408, 413, 415, 422, 503), refused)},
        "openapi_extra": {"requestBody": sent},
    }

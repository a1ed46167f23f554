"""Patients from other systems: `POST /v1/patients`. Everything identifying is sealed here, on the way in."""

from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from fastapi import APIRouter, Request
from nats.aio.client import Client
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse

from contracts.people import Patient
from contracts.values import Id
from services.gateway import bodies
from services.gateway.core.cloud_events import Unfit
from services.gateway.linking import link
from services.gateway.registry import Registry, is_enrolled
from services.gateway.sources import Sources
from services.runtime.sealing import PatientSeals, Seals


class PatientForm(BaseModel):
    """A patient as another system knows them. When repeated, absent fields stay, null clears them."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    external_id: str = Field(min_length=1, max_length=200)
    name: str | None = Field(None, max_length=200)
    preferred_name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")
    address: str | None = Field(None, max_length=1000)
    safety_plan: str | None = Field(None, max_length=20_000)
    therapist: Id | None = None
    site: Id | None = None


_WANTED = {
    "external_id": "send your id of the patient, 1 to 200 characters",
    "name": "send text, at most 200 characters",
    "preferred_name": "send text, at most 200 characters",
    "phone": "send a phone number such as +12025550123",
    "language": "send a language such as en or es-US",
    "address": "send text, at most 1000 characters",
    "safety_plan": "send text, at most 20000 characters",
    "therapist": "send the id of a responder (letters, digits, _ and -)",
    "site": "send the id of a site (letters, digits, _ and -)",
}


@dataclass(frozen=True)
class Enrolled:
    """A patient as known now, whether that is new, and what the sender should know."""

    patient: str
    is_new: bool
    warnings: tuple[str, ...]


class Enrolling:
    """Takes up what other systems know of patients, by whatever way they tell it."""

    def __init__(
        self, registry: Registry, seals: Seals, nc: Client, region: str, is_responder: Callable[[str], bool]
    ) -> None:
        self._registry = registry
        self._seals = seals
        self._nc = nc
        self._region = region
        self._is_responder = is_responder

    async def enrol(self, source: str, form: PatientForm) -> Enrolled:
        """Enrol a patient, or change what is known of one. Raises Unfit, Unavailable."""
        registry = self._registry
        phone = _e164(form.phone, self._region)
        refs = self._seals.phone_refs(phone) if phone else ()
        owner = await registry.found_or_minted(source, form.external_id, await _texted_before(registry, refs))
        own = await self._seals.for_patient(owner.patient)
        before, after = await registry.change(
            owner.patient, lambda known: _changed(known, form, own, phone, refs)
        )
        warnings = await _phone_moved(registry, self._nc, before, after)
        if form.therapist and not self._is_responder(form.therapist):
            warnings.append("therapist: no responder of this id yet; until there is, others are paged")
        return Enrolled(owner.patient, owner.is_new, tuple(warnings))


def routes(sources: Sources, enrolling: Enrolling) -> APIRouter:
    """Return the route for patients."""
    router = APIRouter(tags=["programme systems"])

    @router.post("/v1/patients", status_code=201)
    async def put(request: Request) -> JSONResponse:
        """Enrol a patient (201), or change what is known of one (200)."""
        source = sources.of(request)
        form = _read(await bodies.body(request, "application/json"))
        enrolled = await enrolling.enrol(source, form)
        answer: dict[str, object] = {"patient": enrolled.patient}
        if enrolled.warnings:
            answer["warnings"] = enrolled.warnings
        return JSONResponse(answer, status_code=201 if enrolled.is_new else 200)

    return router


def _read(body: bytes) -> PatientForm:
    try:
        return PatientForm.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "body"
        missing = first["type"] == "missing"
        raise Unfit(
            field if field in _WANTED else "body",
            "is missing" if missing else "can't be read",
            _WANTED.get(field, "send one JSON object"),
            422 if field in _WANTED else 400,
        ) from None


def _e164(text: str | None, region: str) -> str | None:
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or number.extension:
        raise Unfit("phone", "is no phone number that can be called", _WANTED["phone"])
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def _texted_before(registry: Registry, refs: tuple[str, ...]) -> str | None:
    """Return the id of somebody who is known only because they texted from this phone."""
    found = await registry.of_phone(refs)
    record = await registry.patient(found) if found else None
    return found if found and (record is None or not is_enrolled(record)) else None


def _changed(
    known: Patient, form: PatientForm, seals: PatientSeals, phone: str | None, refs: tuple[str, ...]
) -> Patient:
    said = form.model_fields_set
    new: dict[str, object] = {
        field: seals.sealed(getattr(form, field))
        for field in ("name", "preferred_name", "address", "safety_plan")
        if field in said
    }
    if "phone" in said:
        new |= {"phone": seals.sealed(phone), "phone_ref": refs[0] if refs else None}
    if "therapist" in said:
        new["therapist"] = form.therapist
    new |= {field: value for field, value in (("language", form.language), ("site", form.site)) if value}
    return known.model_copy(update=new)


async def _phone_moved(registry: Registry, nc: Client, before: Patient, after: Patient) -> list[str]:
    """Let the phone's hash follow the phone; return what the sender must know of it."""
    if before.phone_ref and before.phone_ref != after.phone_ref:
        await registry.free_phone(before.phone_ref, after.id)
    if not after.phone_ref:
        return []
    owner = await registry.claim_phone(after.phone_ref, after.id)
    if owner == after.id:
        return []
    record = await registry.patient(owner)
    if record is not None and is_enrolled(record):
        return ["phone: belongs to another patient already; its texts and calls count as that patient's"]
    await registry.give_phone(after.phone_ref, after.id)
    await link(nc, owner, after.id)
    return []

"""Resources in the shapes of the official examples, with answers of our own; and hands to post them."""

import io
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter

from contracts.facts import Fact
from contracts.screens import ScreenAnswers, ScreenResult
from services.triage import instruments
from tests.services.gateway.conftest import Reply, Site

LOINC = "http://loinc.org"
AT = "2026-11-24T08:00:00Z"
CSSRS = ("93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3", "93269-9")
PHQ9 = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
PHQ_WORDS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
SHIPPED = instruments.load()

TRIES = 20
"""A busy machine may keep NATS from answering within the gateway's patience here, which is short."""
Json = dict[str, object]


def coded(code: str, system: str = LOINC, **more: object) -> Json:
    return {"coding": [{"system": system, "code": code}], **more}


def cssrs(yes: str = "", patient: str = "p1", name: str = "cssrs-1", **changed: object) -> Json:
    """A C-SSRS screener; `yes`: the questions answered yes, by their place from 1 to 7."""
    items = [
        {
            "linkId": f"/{code}",
            "answer": [{"valueCoding": {"system": LOINC, "code": "LA33-6" if str(n) in yes else "LA32-8"}}],
        }
        for n, code in enumerate(CSSRS, start=1)
    ]
    return _form(name, patient, items, **changed)


def phq9(answers: str = "222211200", patient: str = "p1", name: str = "phq9-1", **changed: object) -> Json:
    """A PHQ-9 with its total and difficulty among the items, as official examples have it."""
    items: list[Json] = [
        {"linkId": f"/{code}", "answer": [{"valueCoding": {"system": LOINC, "code": PHQ_WORDS[int(points)]}}]}
        for code, points in zip(PHQ9, answers, strict=True)
    ]
    total = sum(int(points) for points in answers)
    items.append({"linkId": "/44261-6", "answer": [{"valueDecimal": total}]})
    items.append({"linkId": "/69722-7", "answer": [{"valueCoding": {"system": LOINC, "code": "LA6573-5"}}]})
    return _form(name, patient, items, **changed)


def observation(
    code: str, value: Mapping[str, object], patient: str = "p1", name: str = "obs-1", **changed: object
) -> Json:
    whole: Json = {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "category": [coded("survey", "http://terminology.hl7.org/CodeSystem/observation-category")],
        "code": coded(code),
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": AT,
        **value,
    }
    return whole | changed


def appointment(status: str, patient: str = "p1", name: str = "a1", **changed: object) -> Json:
    whole: Json = {
        "resourceType": "Appointment",
        "id": name,
        "status": status,
        "start": "2026-11-24T14:00:00Z",
        "end": "2026-11-24T15:00:00Z",
        "participant": [
            {"actor": {"reference": "Practitioner/ben"}, "status": "accepted"},
            {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
        ],
    }
    return whole | changed


def dose(status: str, medication: str, patient: str = "p1", name: str = "m1", **changed: object) -> Json:
    whole: Json = {
        "resourceType": "MedicationAdministration",
        "id": name,
        "status": status,
        "medicationCodeableConcept": {"text": medication},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-11-24T02:30:00Z",
    }
    return whole | changed


def bundle(*resources: Json, kind: str = "transaction") -> Json:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/{one['resourceType']}/{one.get('id', 'x')}",
            "resource": one,
            "request": {"method": "POST", "url": one["resourceType"]},
        }
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def post(
    site: Site, resource: object, path: str = "/fhir", *, once: bool = False, **headers: str
) -> Reply:
    """Post as a source does; what is answered 503 is sent again, unless `once`."""
    sent = {"Authorization": "Bearer ehr-token", "Content-Type": "application/fhir+json", **headers}
    body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    for _ in range(1 if once else TRIES):
        reply = await site.post(path, io.BytesIO(body), sent)
        if reply.status != 503:
            break
    return reply


async def tell(site: Site, path: str, body: object, **more: str) -> Reply:
    """Post JSON as a source does; what is answered 503 is sent again."""
    for _ in range(TRIES):
        reply = await site.system(path, body, **more)
        if reply.status != 503:
            break
    return reply


async def facts(site: Site, after: int) -> list[Fact]:
    """Return the facts that were published after that sequence of PROGRAMME."""
    js = site.admin.jetstream()
    end = (await js.stream_info("PROGRAMME")).state.last_seq
    stored = [await js.get_msg("PROGRAMME", number) for number in range(after + 1, end + 1)]
    return [_FACT.validate_json(one.data or b"") for one in stored]


async def end(site: Site) -> int:
    return int((await site.admin.jetstream().stream_info("PROGRAMME")).state.last_seq)


async def answers(site: Site, fact: Fact) -> ScreenAnswers:
    return ScreenAnswers.model_validate_json(await site.seals.opened(fact.content))  # type: ignore[union-attr]


async def scored(site: Site, fact: Fact) -> ScreenResult:
    """Return what triage makes of a fact."""
    return instruments.score(fact.instrument, await answers(site, fact), SHIPPED)  # type: ignore[union-attr]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _form(name: str, patient: str, items: list[Json], **changed: object) -> Json:
    whole: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "meta": {
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-questionnaireresponse"]
        },
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}", "display": "Rosa Rivera"},
        "authored": AT,
        "item": items,
    }
    return whole | changed

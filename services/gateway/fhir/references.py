"""What references stand for: the source's own names of patients, sessions and resources."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from services.gateway.fhir.elements import Identifier, Reference
from services.gateway.fhir.issues import of_validation
from services.gateway.fhir.resources import Patient, Resource

_LITERAL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?$")
_CONDITIONAL = re.compile(r"^Patient\?identifier=(.+)$")
_LONGEST = 200


R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Around:
    """What else came in the same bundle: fullUrl -> resource."""

    entries: Mapping[str, Resource] = field(default_factory=dict)


def literal(reference: str, *types: str) -> str:
    """Return `Type/id` of a literal reference to one of these types, relative or absolute; else ""."""
    found = _LITERAL.search(reference)
    if found is None or (types and found[1] not in types):
        return ""
    return f"{found[1]}/{found[2]}"


def patient(reference: Reference | None, owner: Resource, around: Around) -> str:
    """Return the source's id of a patient: the logical id, else `system|value` of an identifier; or ""."""
    if reference is None:
        return ""
    said = reference.reference
    if said.startswith("#"):
        known = contained(owner, said, Patient)
        found = patient_name(known) if known is not None else ""
    elif isinstance(near := around.entries.get(said), Patient):
        found = patient_name(near) or said
    elif conditional := _CONDITIONAL.match(said):
        found = unquote(conditional[1])
    else:
        found = literal(said, "Patient").removeprefix("Patient/")
    return (found or named_by((reference.identifier,) if reference.identifier else ()))[:_LONGEST]


def contained(owner: Resource, reference: str, model: type[R]) -> R | None:
    """Return what a resource holds in itself under that reference, `#id`. Raises Refused."""
    held = next((one for one in owner.contained if f"#{one.get('id')}" == reference), None)
    if held is None or held.get("resourceType") != model.__name__:
        return None
    try:
        return model.model_validate(held)
    except ValidationError as error:
        raise of_validation(error, f"{owner.resource_type}.contained") from None


def patient_name(known: Patient) -> str:
    """Return how a source names a patient: by the logical id, else by an identifier."""
    return known.id or named_by(known.identifier)


def named_by(identifiers: Iterable[Identifier]) -> str:
    """Return `system|value` of the first identifier that is in use; "" if there is none."""
    for one in identifiers:
        if one.value and one.use != "old":
            return f"{one.system}|{one.value}" if one.system else one.value
    return ""


def document(resource: Resource, raw: Mapping[str, object], full_url: str) -> str:
    """Return the source's name of a resource: by its id, an identifier, its place, else by what it says."""
    kind = resource.resource_type
    if resource.id:
        return f"{kind}/{resource.id}"
    if full_url:
        return literal(full_url, kind) or f"{kind}?{full_url}"
    held = raw.get("identifier")
    single = held if isinstance(held, Mapping) else held[0] if isinstance(held, list) and held else None
    if isinstance(single, Mapping) and isinstance(single.get("value"), str):
        return f"{kind}?{single.get('system', '')}|{single['value']}"
    whole = json.dumps(raw, sort_keys=True, ensure_ascii=True, default=str)
    return f"{kind}#{hashlib.sha256(whole.encode()).hexdigest()}"

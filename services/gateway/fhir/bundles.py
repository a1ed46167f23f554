"""Bundles as they came: their entries, each with its place; nothing in them is believed yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.gateway.fhir.issues import refused

Raw = Mapping[str, object]
MOST_ENTRIES = 500
_TYPES = ("transaction", "batch", "collection", "searchset", "history", "subscription-notification")


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource, where it stood, and by which URL others in the bundle name it."""

    place: str
    """FHIRPath of the resource; "" when it came alone."""
    raw: Raw | None
    full_url: str = ""
    method: str = ""
    url: str = ""
    changed: str = ""
    """When the server changed it, as a history says beside the entry."""

    @property
    def is_deletion(self) -> bool:
        """Whether it says that the resource is no more."""
        return self.method == "DELETE"

    @property
    def gone(self) -> str:
        """The reference of the resource that is no more; "" if it isn't said."""
        held = self.raw or {}
        kind, name = held.get("resourceType"), held.get("id")
        return self.url or self.full_url or (f"{kind}/{name}" if kind and name else "")


def parsed(body: bytes) -> Raw:
    """Return the JSON object in a body. Raises Refused."""
    try:
        found: object = json.loads(body)
        # A lone half of a surrogate pair can't be stored or sent on.
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise refused(
            "", "is not JSON that can be read; send one resource in UTF-8", "structure", 400
        ) from None
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        says = "is no FHIR resource; send a JSON object with a resourceType"
        raise refused("", says, "structure", 400)
    return _without_nulls(found)


def entries(bundle: Raw) -> tuple[Entry, ...]:
    """Return the entries of a bundle. Raises Refused."""
    kind = bundle.get("type")
    if kind not in _TYPES:
        says = f"is none of {', '.join(_TYPES)}"
        raise refused("Bundle.type", says, "not-supported")
    held = bundle.get("entry", [])
    if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
        raise refused("Bundle.entry", "is no list of entries", "structure")
    if len(held) > MOST_ENTRIES:
        raise refused(
            "Bundle.entry", f"has more than {MOST_ENTRIES} entries; send several bundles", "too-long"
        )
    return tuple(_entry(n, one) for n, one in enumerate(held))


def _entry(number: int, held: Raw) -> Entry:
    resource, request = held.get("resource"), held.get("request")
    said = request if isinstance(request, dict) else {}
    response = held.get("response")
    answered = response if isinstance(response, dict) else {}
    return Entry(
        place=f"Bundle.entry[{number}].resource",
        raw=resource if isinstance(resource, dict) else None,
        full_url=_text(held.get("fullUrl")),
        method=_text(said.get("method")).upper(),
        url=_text(said.get("url")),
        changed=_text(answered.get("lastModified")),
    )


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _without_nulls(held: dict[str, object]) -> Raw:
    """Return the object without members that are null: an absent element, not one of a wrong shape."""

    def cleaned(one: object) -> object:
        match one:
            case dict():
                return {key: cleaned(value) for key, value in one.items() if value is not None}
            case list():
                return [cleaned(each) for each in one if each is not None]
            case _:
                return one

    found = cleaned(held)
    assert isinstance(found, dict)
    return found

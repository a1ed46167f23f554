"""The JSON schema of a policy file, for editors and for whoever writes policies by program."""

from typing import Any

from contracts.policies import Applies, Policy
from contracts.values import Urgency
from services.programme.descriptions import FIELDS, TYPES

_NAME = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,80}$"}
_DURATION = {"type": "string", "pattern": r"^\s*[0-9]{1,9}\s*[smhd]\s*$", "examples": ["90s", "3m", "24h"]}
_WALL = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "examples": ["22:00"]}


def policy_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of one file of `policies/`.

    It is the model's own, corrected where people write something else than the model holds:
    durations as `3m`, targets in their short form, and the id, which defaults to the file's name.
    """
    schema = _as_written(Policy.model_json_schema())
    schema["$defs"]["Target"] = _target()
    for name, definition in schema["$defs"].items():
        definition["description"] = TYPES[name]
        _describe(name, definition)
    _describe("Policy", schema)
    written = Policy(id="x", applies=Applies(urgencies=(Urgency.ROUTINE,))).model_dump(mode="json")
    for name in ("reach_within", "resolve_within"):
        schema["properties"][name]["default"] = written[name]
    schema["required"] = [name for name in schema["required"] if name != "id"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vigil policy",
        **{name: value for name, value in schema.items() if name != "title"},
    }


def _target() -> dict[str, Any]:
    short = ("therapist", "therapist_on_shift", "everyone")
    long: list[tuple[str, dict[str, Any]]] = [
        ("schedule", _NAME),
        ("person", _NAME),
        *((name, {"const": True}) for name in short),
    ]
    return {
        "oneOf": [
            *({"const": name, "description": FIELDS["Target", name]} for name in short),
            *(
                {
                    "type": "object",
                    "properties": {name: {**value, "description": FIELDS["Target", name]}},
                    "required": [name],
                    "additionalProperties": False,
                }
                for name, value in long
            ),
        ],
    }


def _describe(name: str, definition: dict[str, Any]) -> None:
    for field, value in definition.get("properties", {}).items():
        value["description"] = FIELDS[name, field]


def _as_written(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        # A field without a value is refused in a file; leaving it out says the same.
        real = next(option for option in node["anyOf"] if option != {"type": "null"})
        node = {**{name: item for name, item in node.items() if name not in ("anyOf", "default")}, **real}
    if node.get("type") == "object" and "properties" in node:
        # What is stored is read leniently; what people write is not.
        node = {**node, "additionalProperties": False}
    match node.get("format"):
        case "duration":
            return dict(_DURATION)
        case "time":
            # Its default as people write it, without the seconds.
            default = {"default": node["default"][:5]} if "default" in node else {}
            return {**_WALL, **default}
        case _:
            return {name: _as_written(item) for name, item in node.items()}

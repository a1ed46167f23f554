"""The JSON schema that editors complete policies by: it says what the loader reads."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.policies import Policy
from contracts.values import Kind
from services import programme
from services.programme.policy_text import text_of

SHIPPED = sorted((Path(__file__).parents[3] / "deploy" / "policies").glob("*.yaml"))
SCHEMA = programme.policy_schema()


def test_durations_targets_and_times_are_described_as_people_write_them():
    target = SCHEMA["$defs"]["Target"]["oneOf"]

    assert SCHEMA["properties"]["reach_within"]["default"] == "1h"
    assert "pattern" in SCHEMA["$defs"]["Step"]["properties"]["wait"]
    assert [one["const"] for one in target if "const" in one] == [
        "therapist",
        "therapist_on_shift",
        "everyone",
    ]
    assert SCHEMA["$defs"]["Hours"]["properties"]["until"]["pattern"].startswith("^(")
    assert SCHEMA["$defs"]["Window"]["properties"]["start"]["default"] == "00:00"
    assert SCHEMA["additionalProperties"] is False
    assert "id" not in SCHEMA["required"]


def test_every_field_and_every_kind_is_described():
    assert set(SCHEMA["properties"]) == set(Policy.model_fields)
    assert SCHEMA["$defs"]["Kind"]["enum"] == [kind.value for kind in Kind]
    places = {"Policy": SCHEMA, **SCHEMA["$defs"]}
    for name, place in places.items():
        for field, said in place.get("properties", {}).items():
            assert len(said["description"]) > 15, (name, field)


def test_a_day_is_the_default_to_resolve():
    assert Policy.model_fields["resolve_within"].default == timedelta(hours=24)
    assert SCHEMA["properties"]["resolve_within"]["default"] == "24h"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_policies_keep_to_it(path):
    assert wrong(yaml.safe_load(path.read_text()), SCHEMA) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_policy_written_anew_says_the_same(path, tmp_path):
    """What was never a file is shown, exported and compared as one."""
    (tmp_path / path.name).write_text(path.read_text())
    (policy,) = programme.load_policies(tmp_path)
    (tmp_path / path.name).write_text(text_of(policy))

    assert programme.load_policies(tmp_path) == (policy,)


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{page: [everyone], wait: 3}]",
        "steps: [{page: [someone], wait: 3m}]",
        "steps: [{page: [{schedule: a, person: b}], wait: 3m}]",
        "steps: [{page: [], wait: 3m}]",
        "steps: [{page: [everyone]}]",
        "steps: [{page: [everyone], wait: 3m, wiat: 3m}]",
        "{steps: [{page: [everyone], wait: 3m}], applies: {urgencies: [now]}}",
        "{steps: [{page: [everyone], wait: 3m}], applies: {during: [{start: '8'}]}}",
        "{steps: [{page: [everyone], wait: 3m}], hours: {quiet_from: '22:00'}, applies: {urgencies: [soon]}}",
    ],
)
def test_what_it_refuses_the_loader_refuses_too(text, tmp_path):
    (tmp_path / "a.yaml").write_text(text)

    assert wrong(yaml.safe_load(text), SCHEMA)
    with pytest.raises(programme.ProgrammeError):
        programme.load_policies(tmp_path)


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def wrong(value: Any, schema: dict[str, Any]) -> list[str]:
    """Return what in the value the schema refuses, by the few words of JSON schema that it uses."""
    if "$ref" in schema:
        return wrong(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    if "oneOf" in schema:
        fitting = [one for one in schema["oneOf"] if not wrong(value, one)]
        return [] if len(fitting) == 1 else [f"{value!r} fits {len(fitting)} of its forms"]
    found = []
    if not isinstance(value, TYPES.get(schema.get("type", ""), object)):
        return [f"{value!r} is no {schema['type']}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{value!r} does not fit {schema['pattern']}")
    if isinstance(value, list):
        found += [f"{value!r} is too short"] if len(value) < schema.get("minItems", 0) else []
        found += [text for item in value for text in wrong(item, schema.get("items", {}))]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{name} is missing" for name in schema.get("required", ()) if name not in value]
        found += [f"{name} is unknown" for name in value if name not in known]
        found += [text for name, item in value.items() for text in wrong(item, known.get(name, {}))]
    return found

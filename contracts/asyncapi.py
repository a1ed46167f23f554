"""AsyncAPI 3.0 documents, one per service: what it appends, hears and follows. Pure: no I/O."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from contracts import payloads, streams
from contracts.commits import BRIEF, DUE, KINDS, VERSION, Commit
from contracts.values import Kind, Value

Node = dict[str, Any]
_SCHEMAS = "#/components/schemas/"
_CONTRACT_VERSION = "1.0.0"


def document(service: str) -> Node:
    """Return the document of a service of the table. Raises KeyError for any other name."""
    if service not in streams.SERVICES:
        raise KeyError(service)
    used = [one for one in payloads.SUBJECTS if _sends(service, one) or _ways_in(service, one)]
    kept = [
        bucket
        for bucket in streams.BUCKETS
        if service in (*bucket.written_by, *bucket.read_by) and payloads.BUCKET_VALUES[bucket.name]
    ]
    schemas, refs = _schemas(used, kept)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Vigil: {service}",
            "version": _CONTRACT_VERSION,
            "description": "Generated from contracts/streams.py and contracts/payloads.py by "
            "`python -m contracts.generate`; edit those, not this.",
        },
        "defaultContentType": "application/json",
        "servers": {"nats": {"host": "127.0.0.1:4222", "protocol": "nats"}},
        "channels": {
            **{one.name: _channel(one) for one in used},
            **{f"kv_{bucket.name}": _bucket_channel(bucket) for bucket in kept},
        },
        "operations": dict(_operations(service, used, kept)),
        "components": {"messages": dict(_messages(used, kept, refs)), "schemas": schemas},
    }


def _sends(service: str, one: payloads.Facts | payloads.Commits) -> bool:
    granted = dict(streams.stream(one.stream).appended_by).get(service, ())
    return any(payloads.overlap(subject, one.subject) for subject in granted)


def _ways_in(service: str, one: payloads.Facts | payloads.Commits) -> list[str]:
    """Return the durables through which the service hears it; `follow` when it reads along."""
    stream = streams.stream(one.stream)
    heard = [
        durable.name
        for durable in stream.durables
        if durable.service == service and any(payloads.overlap(f, one.subject) for f in durable.filters)
    ]
    return heard or (["follow"] if service in stream.followed_by else [])


def _channel(one: payloads.Facts | payloads.Commits) -> Node:
    stream = streams.stream(one.stream)
    node: Node = {"address": one.subject, "title": one.says, "description": f"Stream {stream.name}."}
    if names := re.findall(r"{(\w+)}", one.subject):
        node["parameters"] = {name: _parameter(name) for name in names}
    match one:
        case payloads.Facts():
            node["messages"] = {value.__name__: _ref("messages", value.__name__) for value in one.values}
        case payloads.Commits():
            message = f"{one.name}_commit"
            node["messages"] = {message: _ref("messages", message)}
    return node


def _parameter(name: str) -> Node:
    match name:
        case "kind":
            return {"description": "What happened.", "enum": [kind.value for kind in Kind]}
        case _opaque:
            return {"description": f"An opaque id: the {name}."}


def _bucket_channel(bucket: streams.Bucket) -> Node:
    value = payloads.BUCKET_VALUES[bucket.name]
    assert value is not None
    return {
        "address": f"$KV.{bucket.name}.{{key}}",
        "title": bucket.holds,
        "description": f"KV bucket {bucket.name}.",
        "parameters": {"key": {"description": "The key in the bucket."}},
        "messages": {value.__name__: _ref("messages", value.__name__)},
    }


def _operations(
    service: str, used: list[payloads.Facts | payloads.Commits], kept: list[streams.Bucket]
) -> Iterator[tuple[str, Node]]:
    for one in used:
        if _sends(service, one):
            yield f"append_{one.name}", {"action": "send", "channel": _ref("channels", one.name)}
        for way in _ways_in(service, one):
            says = "Reads along." if way == "follow" else f"Durable {way}."
            yield (
                f"{way}_{one.name}",
                {"action": "receive", "channel": _ref("channels", one.name), "description": says},
            )
    for bucket in kept:
        channel = _ref("channels", f"kv_{bucket.name}")
        if service in bucket.written_by:
            yield f"write_{bucket.name}", {"action": "send", "channel": channel}
        if service in bucket.read_by:
            yield f"read_{bucket.name}", {"action": "receive", "channel": channel}


def _messages(
    used: list[payloads.Facts | payloads.Commits], kept: list[streams.Bucket], refs: dict[type[Value], Node]
) -> Iterator[tuple[str, Node]]:
    values = [v for one in used if isinstance(one, payloads.Facts) for v in one.values]
    values += [v for bucket in kept if (v := payloads.BUCKET_VALUES[bucket.name])]
    for value in dict.fromkeys(values):
        yield value.__name__, {"name": value.__name__, "payload": refs[value]}
    for one in used:
        if isinstance(one, payloads.Commits):
            yield f"{one.name}_commit", _commit(one, refs)


def _commit(one: payloads.Commits, refs: dict[type[Value], Node]) -> Node:
    events = {"type": "array", "items": {"oneOf": [refs[event] for event in one.events]}}
    return {
        "name": f"{one.name}_commit",
        "title": "Events that happened together, and the state after them (which is private to the owner)",
        "headers": {
            "type": "object",
            "properties": {
                DUE: {"type": "string", "format": "date-time", "description": "When it acts again."},
                VERSION: {"type": "string", "description": "Version of the state."},
                KINDS: {"type": "string", "description": "Types of the events, separated by commas."},
                BRIEF: {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": refs[one.brief],
                },
            },
            "required": [VERSION, KINDS],
        },
        "payload": {"allOf": [refs[Commit], {"type": "object", "properties": {"events": events}}]},
    }


def _schemas(
    used: list[payloads.Facts | payloads.Commits], kept: list[streams.Bucket]
) -> tuple[Node, dict[type[Value], Node]]:
    values: list[type[Value]] = []
    for one in used:
        match one:
            case payloads.Facts():
                values += one.values
            case payloads.Commits():
                values += [Commit, one.brief, *one.events]
    values += [v for bucket in kept if (v := payloads.BUCKET_VALUES[bucket.name])]
    # As it is written, with fields that have a default left optional: an older writer lacks them.
    made, definitions = models_json_schema(
        [(value, "serialization") for value in dict.fromkeys(values)], ref_template=_SCHEMAS + "{model}"
    )
    refs = {value: dict(schema) for (value, _), schema in made.items() if issubclass(value, Value)}
    return dict(sorted(definitions.get("$defs", {}).items())), refs


def _ref(part: str, name: str) -> Node:
    return {"$ref": f"#/{part}/{name}" if part == "channels" else f"#/components/{part}/{name}"}

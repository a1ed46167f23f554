"""Golden examples: one message of every type, as the first version wrote it.

An example is made once, when its type is new, and never edited or made again: it stands for what
is already stored at sites. If a change of the contracts breaks one, the change is wrong.
Every field is filled, also those that have a default.
"""

import importlib
import json
import pkgutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import contracts
from contracts.policies import Policy, Step, Strict, Target
from contracts.values import Value

V = TypeVar("V", bound=Value)
_AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
_TEXTS = {
    "address": "sealed",
    "answer": "answer_1",
    "answered_by": "human",
    "applied_by": "medical_director",
    "area": "roster",
    "at": "2026-11-24T08:10:00Z",
    "attempt": "1",
    "base_url": "https://fhir.example.org/r4",
    "body": "sealed",
    "by": "ops_1",
    "calling": "h1-0123456789abcdef0123456789abcdef",
    "cause": "signal:ehr/4711",
    "code": "K7",
    "data": "e30=",
    "digits": "1",
    "durable": "paging_carrier",
    "error": "ValidationError",
    "evidence": "CARRIER:17",
    "holder": "clinician_1",
    "id": "example_1",
    "into": "pt_demo2",
    "key": "k1",
    "box": "bm9uc2Vuc2U=",
    "language": "en",
    "note": "Schedule ops has nobody on call; see `vigil who`.",
    "opt_out": "STOP",
    "page": "page_1",
    "patient": "pt_demo1",
    "policy": "imminent",
    "reason": "reviewed",
    "responder": "clinician_1",
    "room": "room_1",
    "run": "pt_demo1-1",
    "second": "supervisor_1",
    "sid": "SM0123456789abcdef0123456789abcdef",
    "site": "main",
    "source": "ehr",
    "status": "delivered",
    "stream": "CARRIER",
    "subject": "escalations.pt_demo1",
    "text": "VIGIL K7 NOW 03:10, text. Contact by 03:25. 1 take, 2 pass",
    "therapist": "clinician_2",
    "title": "Crisis clinician on call",
    "to": "+12025550100",
    "why": "timeout",
    "zone": "America/New_York",
}
_POLICY = Policy(
    id="imminent",
    title="Imminent risk, any hour",
    order=20,
    applies={"kinds": ["patient_alert"], "urgencies": ["imminent"], "tags": ["youth"]},
    zone="America/New_York",
    steps=(Step(page=(Target(schedule="primary"),), wait=timedelta(minutes=3)),),
    repeat=({"add": ["everyone"]},),
    reach_within=timedelta(minutes=15),
    resolve_within=timedelta(hours=4),
    second_signature=True,
)
_WRITTEN: Mapping[type[Value], Value] = {
    Policy: _POLICY,
    Step: _POLICY.steps[0],
    Target: _POLICY.steps[0].page[0],
}
"""Values that must fit together, so that no rule of thumb can fill them."""


def types() -> dict[str, type[Value]]:
    """Return every value of the contracts as `<module>.<type>`, which names its example."""
    found: dict[str, type[Value]] = {}
    for module in pkgutil.iter_modules(contracts.__path__):
        if module.name in ("generate", "golden"):
            continue
        loaded = importlib.import_module(f"contracts.{module.name}")
        for value in vars(loaded).values():
            if isinstance(value, type) and issubclass(value, Value) and value.__module__ == loaded.__name__:
                found[f"{module.name}.{_name(value)}"] = value
    return {name: value for name, value in sorted(found.items()) if value not in (Value, Strict)}


def path(folder: Path, name: str) -> Path:
    """Return where the first version's example of that type is."""
    return folder / f"{name}.v1.json"


def make_missing(folder: Path) -> tuple[str, ...]:
    """Write an example for every type that has none; existing ones are never touched."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, value in types().items():
        file = path(folder, name)
        if not file.exists():
            written = example(value).model_dump(mode="json")
            file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n")
            made.append(name)
    return tuple(made)


def example(kind: type[V]) -> V:
    """Return one value of that type with every field filled; the same each time."""
    written = _WRITTEN.get(kind)
    if isinstance(written, kind):
        return written
    filled = {name: _fill(info.annotation, info.metadata, name) for name, info in kind.model_fields.items()}
    return kind.model_validate(filled)


def _fill(annotation: Any, metadata: list[Any], name: str) -> Any:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _fill(args[0], [*metadata, *args[1:]], name)
    if origin in (Union, UnionType):
        return _fill(next(arg for arg in args if arg is not type(None)), metadata, name)
    if origin is Literal:
        return args[0]
    if origin is tuple:
        return [_fill(arg, [], name) for arg in args if arg is not Ellipsis]
    if origin is dict:
        return {"opened_at": _TEXTS["at"]}
    if not isinstance(annotation, type):
        return _TEXTS["at"]
    return _simple(annotation, metadata, name)


def _simple(kind: type, metadata: list[Any], name: str) -> Any:
    if issubclass(kind, Value):
        return example(kind)
    if issubclass(kind, Enum):
        return next(iter(kind))
    if kind is bool:
        return True
    if kind in (int, float):
        return 1
    fixed = {datetime: _AT, date: _AT.date(), time: time(8), timedelta: timedelta(minutes=3)}
    if kind in fixed:
        return fixed[kind]
    if any("[0-9a-f]{32}" in str(rule) for rule in metadata):
        return "h1-0123456789abcdef0123456789abcdef"
    return _TEXTS.get(name, name)


def _name(value: type[Value]) -> str:
    info = value.model_fields.get("type")
    if info is not None:
        return str(info.default)
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in value.__name__).lstrip("_")

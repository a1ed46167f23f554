"""Reads thresholds: the shipped file, and above it a site's own, which replaces what it names.

Every field is checked against what its instrument knows; all mistakes are told at once, each with its
line, and a name nobody knows with the nearest that exists.
"""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from services.triage.instruments.scoring import registry
from services.triage.instruments.scoring.items import AnyInstrument, Instrument
from services.triage.instruments.scoring.limits import Limits, Rung
from services.triage.texts.rule_drafts import plain
from services.triage.texts.yaml_lines import Node, Notes, parse

L = TypeVar("L", bound=Limits)
_FILE = "thresholds.yaml"
_PACKAGE = "services.triage.instruments"
Place = tuple[str | int, ...]


class ThresholdsError(Exception):
    """The thresholds cannot be used; `problems` holds every mistake as `file:line: field: what is wrong`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of every instrument, and which ones these are."""

    by_id: Mapping[str, Limits]
    mark: str
    """The first 12 characters of the SHA-256 of their content."""

    def of(self, instrument: Instrument[L]) -> L:
        """Return the limits of that instrument. Raises ThresholdsError if they were never read."""
        limits = self.by_id.get(instrument.id)
        if not isinstance(limits, instrument.limits):
            raise ThresholdsError((f"there are no thresholds of {instrument.id}; add them to {_FILE}",))
        return limits


def load(site: Path | None = None) -> Thresholds:
    """Return the shipped thresholds, with those of a site's file in their place where it names them.

    Raises ThresholdsError.
    """
    if site is None:
        return _shipped()
    try:
        return of_texts(_shipped_text(), site.read_text("utf-8"), str(site))
    except OSError as error:
        raise ThresholdsError((f"{site}: cannot be read ({error.strerror}); name another file",)) from None
    except UnicodeDecodeError:
        raise ThresholdsError((f"{site}: is no UTF-8 text; save it as UTF-8",)) from None


@cache
def _shipped() -> Thresholds:
    return of_texts(_shipped_text())


def _shipped_text() -> str:
    return files(_PACKAGE).joinpath(_FILE).read_text("utf-8")


def of_texts(shipped: str, site: str | None = None, site_name: str = "site") -> Thresholds:
    """Return the thresholds that these texts hold, the site's above the shipped ones.

    A field that the site names is replaced whole, its source with it. An instrument whose own module
    gives every figure a default needs no section. Raises ThresholdsError.
    """
    problems: list[str] = []
    sections = _sections(shipped, _FILE, problems)
    own = _sections(site, site_name, problems) if site is not None else {}
    made = {one.id: _limits(one, sections.get(one.id), own.get(one.id), problems) for one in registry.every()}
    found = {name: limits for name, limits in made.items() if limits is not None}
    if problems:
        raise ThresholdsError(tuple(problems))
    content = "\n".join(f"{name} {limits.model_dump_json()}" for name, limits in sorted(found.items()))
    return Thresholds(found, hashlib.sha256(content.encode()).hexdigest()[:12])


@dataclass(frozen=True, slots=True)
class _Section:
    """What a file says about one instrument."""

    node: Node
    file: str

    @property
    def fields(self) -> Mapping[str, Node]:
        return self.node.value if isinstance(self.node.value, Mapping) else {}


def _sections(text: str, file: str, problems: list[str]) -> dict[str, _Section]:
    notes = Notes(file)
    node = parse(text, notes)
    found: dict[str, _Section] = {}
    if node is not None and not isinstance(node.value, Mapping):
        notes.tell(node.line, "", "needs instruments, each written as `name:` with its fields below")
    elif node is not None and isinstance(node.value, Mapping):
        for name, inside in node.value.items():
            if name not in registry.ids():
                near = _nearest(name, registry.ids())
                notes.tell(inside.line, name, f"is no instrument{near}")
            elif not isinstance(inside.value, Mapping):
                notes.tell(inside.line, name, "needs fields, each written as `name: value`")
            else:
                found[name] = _Section(inside, file)
    problems += notes.problems
    return found


def _limits(
    instrument: AnyInstrument, shipped: _Section | None, own: _Section | None, problems: list[str]
) -> Limits | None:
    nodes = {**(shipped.fields if shipped else {}), **(own.fields if own else {})}
    kind: type[Limits] = instrument.limits
    try:
        limits = kind.model_validate({name: plain(node) for name, node in nodes.items()})
    except ValidationError as error:
        for each in error.errors(include_url=False):
            place = each["loc"]
            named = own if own and place and str(place[0]) in own.fields else shipped
            file = named.file if named else _FILE
            line = _line(named.node, place) if named else 1
            field = ".".join(str(part) for part in (instrument.id, *place))
            problems.append(f"{file}:{line}: {field}: {_sentence(kind, each['type'], each['msg'], place)}")
        return None
    file = own.file if own else _FILE
    problems += [f"{file}: {instrument.id}: {said}" for said in _out_of_reach(instrument, limits)]
    return limits


def _out_of_reach(instrument: AnyInstrument, limits: Limits) -> list[str]:
    """Return a sentence for each rung of a sum that no total can reach: it would never signal."""
    rungs: tuple[Rung, ...] = getattr(limits, "signals", ())
    highest = instrument.highest
    return [
        f"signals from {rung.start}: the highest total is {highest}, so it would never be reached"
        for rung in rungs
        if highest is not None and rung.start > highest
    ]


def _sentence(kind: type[BaseModel], what: str, message: str, place: Place) -> str:
    match what:
        case "extra_forbidden":
            return f"is no field here{_nearest(str(place[-1]), _fields(kind, place[:-1]))}"
        case "missing":
            return "is missing; add it"
        case _:
            said = message.removeprefix("Value error, ")
            return f"{said[:1].lower()}{said[1:]}"


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(known)}"


def _fields(kind: type[BaseModel], place: Place) -> tuple[str, ...]:
    """Return the names of the fields that stand at that place."""
    for part in place:
        field = kind.model_fields.get(part) if isinstance(part, str) else None
        inner = _model_in(field.annotation) if field else None
        kind = inner or kind
    return tuple(info.alias or name for name, info in kind.model_fields.items())


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, dict, Union, UnionType, Annotated):
        return next((model for arg in get_args(annotation) if (model := _model_in(arg))), None)
    return None


def _line(node: Node, place: Place) -> int:
    for part in place:
        if isinstance(node.value, Mapping) and str(part) in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            break
    return node.line

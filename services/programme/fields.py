"""From a model's complaints to sentences with a line: what is wrong, and what to do."""

import difflib
import re
import typing
from collections.abc import Iterable
from types import UnionType

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.policies import Target
from services.programme.yaml_text import Document, Place, Tree

TModel = typing.TypeVar("TModel", bound=BaseModel)


def checked(model: type[TModel], tree: Tree, at: Place, document: Document) -> TModel | None:
    """Return the part of the document as that model; None, and problems told, if it is none."""
    try:
        return model.model_validate(tree, extra="forbid")
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details:
            path = (*at, *detail["loc"])
            if path not in document.empty and not _follows(detail, details):
                sentence = _sentence(model, detail)
                document.tell((*path, *_meant(sentence)), sentence)
        return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _follows(detail: ErrorDetails, details: Iterable[ErrorDetails]) -> bool:
    """Return whether a list counts as too short only because its broken entries were left out."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in details
    )


def _meant(sentence: str) -> tuple[str, ...]:
    """Return the field that a rule about several fields begins with, so that its line is told."""
    named = re.match(r"`(\w+)` ", sentence)
    return (named[1],) if named else ()


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    """Say it without the value wherever the value could be a name, a phone or a PIN."""
    loc, value = detail["loc"], detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            known = sorted(_fields(_model_at(model, loc[:-1])))
            near = did_you_mean(str(loc[-1]), known)
            return f"is no field here{near or '; use one of ' + ', '.join(known)}"
        case "missing":
            return "is missing; add it"
        case "enum":
            known = re.findall(r"'([^']+)'", str(detail["ctx"]["expected"]))
            near = did_you_mean(str(value), known)
            return f"{value!r} is not one of {', '.join(known)}{near}"
        case "tuple_type":
            return "must be a list; write its entries as `- ...` lines or as [a, b]"
        case "model_type" | "model_attributes_type" if _model_at(model, loc) is Target:
            return _no_target(value)
        case "model_type" | "model_attributes_type" | "dict_type":
            known = sorted(_fields(_model_at(model, loc)))
            return f"must hold fields, each written as `name: value`{': ' if known else ''}{', '.join(known)}"
        case "string_type":
            return "must be text; put it in quotes"
        case "string_pattern_mismatch":
            return "may hold letters, digits, - and _ only, 1 to 80 of them; rename it"
        case "string_too_short" | "too_short":
            return "must not be empty; add at least one entry"
        case "string_too_long":
            return f"is longer than {detail['ctx']['max_length']} characters; shorten it"
        case "int_parsing" | "int_type":
            return "must be a whole number; write digits only"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "time_parsing" | "time_type":
            return 'is no time of day; write "HH:MM", from "00:00" to "23:59"'
        case "time_delta_type" | "time_delta_parsing":
            return "is no duration; write a number and s, m, h or d: 90s, 3m"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}; correct it"


def _no_target(value: object) -> str:
    words = ("therapist", "therapist_on_shift", "everyone")
    name = value if isinstance(value, str) else "<id>"
    near = did_you_mean(name, words) if isinstance(value, str) else ""
    ways = (
        f"`schedule: {name}`, `person: {name}`, {', '.join(f'`{word}`' for word in words[:-1])} or `everyone`"
    )
    return f"{f'{value!r} is' if near or name == value else 'is'} no target{near or f'; write {ways}'}"


def _fields(model: type[BaseModel] | None) -> Iterable[str]:
    """Return the fields of a model as people write them."""
    return [info.alias or name for name, info in model.model_fields.items()] if model else ()


def _model_at(model: type[BaseModel], loc: Place) -> type[BaseModel] | None:
    """Return the model whose fields stand at that place."""
    found: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int):
            continue
        info = found.model_fields.get(part) if found else None
        found = _model_in(info.annotation) if info else None
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, typing.Union, UnionType, typing.Annotated):
        inner = (_model_in(part) for part in typing.get_args(annotation))
        return next((model for model in inner if model), None)
    return None

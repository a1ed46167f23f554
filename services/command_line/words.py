"""Words of the contracts as options and arguments: a mistyped one is told with the nearest."""

from enum import StrEnum
from typing import TypeVar

import typer

from contracts.values import Kind, Urgency
from services.programme.fields import did_you_mean

E = TypeVar("E", bound=StrEnum)
KINDS, URGENCIES = ("|".join(words) for words in (Kind, Urgency))
"""What help shows."""


def kind(text: str) -> Kind:
    """Return the kind of that name. Raises typer.BadParameter."""
    return _one_of(Kind, text)


def urgency(text: str) -> Urgency:
    """Return the urgency of that name. Raises typer.BadParameter."""
    return _one_of(Urgency, text)


def _one_of(words: type[E], text: str) -> E:
    try:
        return words(text)
    except ValueError:
        known = [word.value for word in words]
        near = did_you_mean(text.lower(), known) or f"; there are {', '.join(known)}"
        raise typer.BadParameter(f"there is no {text!r}{near}") from None

"""Reads commits leniently: what a newer writer said and this version does not know is left out. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from contracts.commits import Commit
from services.books.changes import Cell

Said = Mapping[str, Any]
"""An event as it stands in a commit."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@/+-]{0,159}")


def commit_of(data: bytes) -> Commit | None:
    """Return the commit, or None: such a message has a link in the audit and no rows."""
    try:
        return Commit.model_validate_json(data)
    except ValidationError:
        return None


def fact_of(data: bytes) -> Said:
    """Return a fact or a bucket's value as said; empty if it is no JSON object."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def word(said: Said, *names: str) -> str | None:
    """Return the first of these fields that holds an id or a word of a list; never free text."""
    for name in names:
        found = said.get(name)
        if isinstance(found, str) and _WORD.fullmatch(found):
            return found
    return None


def number(said: Said, *names: str) -> int | None:
    """Return the first of these fields that holds a whole number."""
    for name in names:
        found = said.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return None


def moment(said: Said, *names: str) -> datetime | None:
    """Return the first of these fields that holds a moment, in UTC."""
    for name in names:
        found = said.get(name)
        try:
            made = datetime.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            continue
        if made is not None and made.tzinfo is not None:
            return made.astimezone(UTC)
    return None


def part(said: Said, name: str) -> Said:
    """Return a field that is an object; empty if it is none."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def words(said: Said, name: str) -> tuple[str, ...]:
    """Return a field that is a list of words."""
    found = said.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def reference(said: Said, name: str) -> str | None:
    """Return a hash of another system's id, by which rows find each other; None where there is no id."""
    found = said.get(name)
    return hashlib.sha256(found.encode()).hexdigest()[:32] if isinstance(found, str) and found else None


def given(**cells: Cell) -> dict[str, Cell]:
    """Return the cells that hold something."""
    return {name: cell for name, cell in cells.items() if cell is not None}

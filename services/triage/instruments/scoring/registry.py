"""Finds the instruments: every module of the package that holds one as `INSTRUMENT`."""

import difflib
import importlib
import pkgutil
import re
from functools import cache

from services.triage.instruments.scoring.items import AnyInstrument, Instrument
from services.triage.instruments.scoring.reading import name_of

_PACKAGE = "services.triage.instruments"


class UnknownInstrument(ValueError):
    """No instrument goes by that name; the text names the nearest, or all."""


@cache
def every() -> tuple[AnyInstrument, ...]:
    """Return every instrument, by id."""
    package = importlib.import_module(_PACKAGE)
    modules = (info for info in pkgutil.iter_modules(package.__path__) if not info.ispkg)
    held = (
        getattr(importlib.import_module(f"{_PACKAGE}.{info.name}"), "INSTRUMENT", None) for info in modules
    )
    return tuple(sorted((one for one in held if isinstance(one, Instrument)), key=lambda one: one.id))


def ids() -> tuple[str, ...]:
    """Return the id of every instrument."""
    return tuple(one.id for one in every())


def find(name: str) -> AnyInstrument:
    """Return the instrument of that id, name, or LOINC code of panel or total, in any spelling.

    Raises UnknownInstrument.
    """
    found = _by_name().get(_bare(name)) or _by_name().get(name_of(name))
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower(), ids(), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ids())}"
    raise UnknownInstrument(f"there is no instrument {name!r}; {hint}")


def holding(code: str) -> tuple[AnyInstrument, ...]:
    """Return the instruments that have an item of that LOINC code; several share some.

    An observation of one item names no instrument, and item 9 of the PHQ-9 (44260-8) may come alone.
    """
    name = name_of(code)
    return tuple(one for one in every() if any(name in map(name_of, item.codes) for item in one.items))


@cache
def _by_name() -> dict[str, AnyInstrument]:
    found: dict[str, AnyInstrument] = {}
    for one in every():
        for name in (_bare(one.id), _bare(one.name), *one.panels, *one.totals):
            found.setdefault(name, one)
    return found


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower()) if not re.fullmatch(r"/?\d+-\d", name.strip()) else ""

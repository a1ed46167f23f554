"""Which instrument, and which of its items, a code or a name stands for."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.triage import instruments
from services.triage.instruments import UnknownInstrument
from services.triage.instruments.scoring.items import AnyInstrument, Item
from services.triage.instruments.scoring.reading import name_of

_URINE = "urine"


@dataclass(frozen=True, slots=True)
class Names:
    """The site's own codes beside the instruments': code, `system|code` or canonical URL -> instrument.

    `<instrument>/<item>` names an item.
    """

    own: Mapping[str, str] = field(default_factory=dict)

    def whole(self, names: Iterable[str]) -> AnyInstrument | None:
        """Return the instrument that one of these names stands for, if one does."""
        for name in names:
            try:
                return instruments.find(
                    self.own.get(name, name).partition("/")[0] if name in self.own else name
                )
            except UnknownInstrument:
                continue
        return None

    def items(self, names: Iterable[str], words: str = "") -> tuple[tuple[AnyInstrument, Item], ...]:
        """Return the items that one of these names stands for; several instruments share some."""
        for name in names:
            instrument, _, item = self.own.get(name, "").partition("/")
            if item:
                one = instruments.find(instrument)
                return ((one, _item(one, item)),)
            found = [
                (one, held)
                for one in instruments.holding(name)
                for held in one.items
                if name_of(name) in map(name_of, held.codes)
            ]
            if found:
                return tuple(found)
        return _analyte(words)

    def check(self) -> None:
        """Raise ValueError for the first of the site's codes that names nothing."""
        for code, target in self.own.items():
            instrument, slash, item = target.partition("/")
            try:
                found = instruments.find(instrument)
            except UnknownInstrument as error:
                raise ValueError(f"{code}: {error}") from None
            if slash and item not in {one.id for one in found.items}:
                raise ValueError(
                    f"{code}: {found.id} has no item {item!r}; see `vigil screen list {found.id}`"
                )


def nearest(names: Iterable[str]) -> str:
    """Return words that name the nearest instrument; what was sent is not repeated."""
    known = [one.id for one in instruments.instruments()]
    for name in names:
        near = difflib.get_close_matches(name_of(name.partition("|")[0]), known, n=1, cutoff=0.5)
        if near:
            return f"did you mean {near[0]}?"
    return f"there are {', '.join(known)}"


def item_of(instrument: AnyInstrument, name: str) -> Item | None:
    """Return the item of that id, code or linkId."""
    wanted = name_of(name)
    for one in instrument.items:
        if wanted in (name_of(one.id), *map(name_of, one.codes)):
            return one
    return None


def _item(instrument: AnyInstrument, wanted: str) -> Item:
    return next(one for one in instrument.items if one.id == wanted)


def _analyte(words: str) -> tuple[tuple[AnyInstrument, Item], ...]:
    """Return what of a urine panel a laboratory's wording names.

    There are hundreds of codes, a few for each method; the wording names urine and the substance.
    """
    if "urine" not in words and " ur " not in f" {words} ":
        return ()
    urine = instruments.find(_URINE)
    confirmed = "confirm" in words
    ids = sorted((one.id for one in urine.items), key=len, reverse=True)
    for name in ids:
        bare = name.removeprefix("confirmed_")
        if name.startswith("confirmed_") == confirmed and bare.rstrip("s") in words:
            return ((urine, _item(urine, name)),)
    return ()

"""What a change of the roster changes: people, and who is on call when. Pure.

Names of fields and ids are shown, phone numbers only by their last two digits.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from contracts.people import Person
from contracts.schedules import Shifts
from services.command_line.shown import masked
from services.programme import PersonDraft
from services.runtime.sealing import Seals


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """What writing people changes: ids, and for each changed one its fields in words."""

    added: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    ended: tuple[str, ...]
    """Who is active, and no longer will be."""
    left_out: tuple[str, ...]
    """Who is active and stands in no file: they stay as they are."""

    def lines(self) -> list[str]:
        """Say it, a line for each person."""
        said = [f"+ {name}" for name in self.added]
        said += [f"~ {name}: {'; '.join(fields)}" for name, fields in self.changed.items()]
        said += [f"- {name}: inactive from now on" for name in self.ended]
        said += [
            f"{name} is not in the file and stays as before; write `active: false` to end that."
            for name in self.left_out
        ]
        return said

    def record(self) -> list[str]:
        """Say it for the record that is kept, without names and without digits of phones."""
        said = [f"+ {name}" for name in self.added]
        said += [f"~ {name}: {'; '.join(map(_bare, fields))}" for name, fields in self.changed.items()]
        return said + [f"- {name}: inactive from now on" for name in self.ended]

    def json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "added": list(self.added),
            "changed": {name: list(fields) for name, fields in self.changed.items()},
            "removed": list(self.ended),
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class ShiftChange:
    """A span (UTC) in which other people are on call than before."""

    schedule: str
    start: datetime
    end: datetime
    before: tuple[str, ...]
    after: tuple[str, ...]

    def json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "schedule": self.schedule,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "before": list(self.before),
            "after": list(self.after),
        }


def people_change(drafts: Iterable[PersonDraft], stored: Mapping[str, Person], seals: Seals) -> PeopleChange:
    """Return what writing these people would change."""
    added, ended, changed = [], [], {}
    names = set()
    for draft in drafts:
        names.add(draft.id)
        before = stored.get(draft.id)
        if before is None:
            added.append(draft.id)
        elif before.active and not draft.active:
            ended.append(draft.id)
        elif fields := _fields(before, draft, seals):
            changed[draft.id] = tuple(fields)
    left_out = sorted(name for name, person in stored.items() if person.active and name not in names)
    return PeopleChange(tuple(added), changed, tuple(ended), tuple(left_out))


def shift_changes(
    before: Mapping[str, Shifts], after: Mapping[str, Shifts], start: datetime, end: datetime
) -> list[ShiftChange]:
    """Return every span from `start` to `end` in which others are on call, by schedule, then start."""
    found: list[ShiftChange] = []
    for name in sorted(after):
        was, will = before.get(name), after[name]
        edges = {start, end}
        for shifts in (was, will):
            for shift in shifts.shifts if shifts else ():
                edges |= {edge for edge in (shift.start, shift.end) if start < edge < end}
        for begin, finish in pairwise(sorted(edges)):
            one = ShiftChange(name, begin, finish, was.on(begin) if was else (), will.on(begin))
            if set(one.before) == set(one.after):
                continue
            last = found[-1] if found else None
            if last and (last.schedule, last.end, last.before, last.after) == (
                name,
                begin,
                one.before,
                one.after,
            ):
                found[-1] = ShiftChange(name, last.start, finish, one.before, one.after)
            else:
                found.append(one)
    return found


def _bare(field: str) -> str:
    return "name" if field.startswith("name ") else re.sub(r" \.\.\. ends in \d+", "", field)


def _fields(before: Person, draft: PersonDraft, seals: Seals) -> list[str]:
    found = []
    pairs = (
        ("name", seals.unseal(before.name), draft.name),
        ("zone", before.zone, draft.zone),
        ("site", before.site, draft.site),
        ("active", str(before.active).lower(), str(draft.active).lower()),
        ("role", before.role or "none", draft.role or "none"),
        ("languages", " ".join(before.languages) or "none", " ".join(draft.languages) or "none"),
    )
    found += [f"{field} {was} > {will}" for field, was, will in pairs if was != will]
    had = [(m.channel, seals.unseal(m.phone)) for m in before.methods]
    has = [(m.channel, m.phone) for m in draft.methods]
    if had != has:
        gone = [
            f"{channel.value} {masked(phone)} removed"
            for channel, phone in had
            if (channel, phone) not in has
        ]
        new = [
            f"{channel.value} {masked(phone)} added" for channel, phone in has if (channel, phone) not in had
        ]
        found += [*gone, *new] or ["contact methods in another order"]
    return found

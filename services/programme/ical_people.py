"""Whose shift an event of a calendar is: by Vigil's own property, by attendee, or by its summary."""

import re
from collections.abc import Mapping
from typing import Any

from icalendar import Event

from services.programme.ical_times import Unfit

PERSON = "X-VIGIL-PERSON"
"""The property in which our own feeds name the responder's id."""


class Names:
    """Finds people by id, by name, by the part of an address before the @, or by a word given for them.

    `names` is id -> name as colleagues say it; `also` is further words or addresses -> id.
    """

    def __init__(self, names: Mapping[str, str], also: Mapping[str, str] | None = None) -> None:
        self._ids: dict[str, set[str]] = {}
        for word, person in (also or {}).items():
            self._ids.setdefault(_folded(word), set()).add(person)
        self._given = frozenset(self._ids)
        for person, name in names.items():
            for word in (person, name):
                if _folded(word) not in self._given:
                    self._ids.setdefault(_folded(word), set()).add(person)
        self._known = frozenset(names)

    def of(self, event: Event) -> tuple[str, ...]:
        """Return the ids of the people whose shift it is, in order. Raises Unfit."""
        own = str(event.get(PERSON, ""))
        if own in self._known:
            return (own,)
        attendees = _listed(event.get("ATTENDEE"))
        found = [self._attendee(one) for one in attendees]
        if any(found):
            if not all(found):
                text = (
                    f"{found.index('') + 1} of {len(found)} is nobody on the roster; use --person ADDRESS=ID"
                )
                raise Unfit("ATTENDEE", text)
            return tuple(dict.fromkeys(found))
        return (self._summary(str(event.get("SUMMARY", ""))),)

    def _attendee(self, held: Any) -> str:
        address = str(held).partition(":")[2] or str(held)
        for word in (address, str(held.params.get("CN", "")), address.partition("@")[0]):
            people = self._ids.get(_folded(word), set())
            if len(people) == 1:
                return next(iter(people))
        return ""

    def _summary(self, text: str) -> str:
        if not text.strip():
            raise Unfit("SUMMARY", "is missing, and nobody attends; write the person's id or name")
        people = self._ids.get(_folded(text), set())
        if not people:
            folded = f" {_folded(text)} "
            people = {
                next(iter(ids)) if len(ids) == 1 else ""
                for word, ids in self._ids.items()
                if word and f" {word} " in folded
            }
        if len(people) > 1 or "" in people:
            raise Unfit("SUMMARY", f"{_short(text)} may be several people; write one id, or use attendees")
        if not people:
            raise Unfit("SUMMARY", f"{_short(text)} names nobody on the roster; use --person WORDS=ID")
        return next(iter(people))


def _folded(text: str) -> str:
    """Return words only, in one case: `Kim.Lee`, `kim_lee` and `Kim Lee` are the same."""
    return " ".join(re.sub(r"[^\w@]|_", " ", text.casefold()).split())


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _listed(held: Any) -> list[Any]:
    if held is None:
        return []
    return held if isinstance(held, list) else [held]

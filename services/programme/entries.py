"""Files that hold one list of entries with ids: people, schedules, holiday calendars, patients."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from services.programme import fields, yaml_text
from services.programme.calendar_drafts import CalendarDraft
from services.programme.drafts import PatientDraft, PersonDraft
from services.programme.roster_drafts import ScheduleDraft
from services.programme.yaml_text import Document, Place

Names = Collection[str] | None
"""The ids that may be referred to; None leaves references unchecked."""

TDraft = TypeVar("TDraft", PersonDraft, PatientDraft, ScheduleDraft, CalendarDraft)


@dataclass(frozen=True, slots=True)
class Entries(Generic[TDraft]):
    """What one file holds: the sound entries by position, and the ids of all, broken ones too."""

    document: Document
    name: str
    by_position: dict[int, TDraft]
    ids: frozenset[str]

    @property
    def drafts(self) -> tuple[TDraft, ...]:
        """The sound entries, in file order."""
        return tuple(self.by_position.values())


def read(path: Path, name: str, model: type[TDraft]) -> Entries[TDraft]:
    """Return the entries under the field `name`; problems stand in the document."""
    document = yaml_text.read(path)
    found: dict[int, TDraft] = {}
    ids: dict[str, int] = {}
    for position, tree in enumerate(_list(document, name)):
        at: Place = (name, position)
        draft = fields.checked(model, tree, at, document)
        if draft is not None:
            found[position] = draft
        given = tree.get("id") if isinstance(tree, dict) else None
        if not isinstance(given, str):
            continue
        if given in ids:
            text = f"`{given}` is taken by the entry in line {ids[given]}; give it another id"
            document.tell((*at, "id"), text)
        ids.setdefault(given, document.line(at))
    return Entries(document, name, found, frozenset(ids))


def check_people(people: Entries[PersonDraft]) -> None:
    """Tell of phones that belong to two people: a reply from one must say who answers."""
    owners: dict[str, int] = {}
    for position, draft in people.by_position.items():
        for number, method in enumerate(draft.methods):
            owner = owners.setdefault(method.phone, position)
            if owner != position:
                at = ("people", position, "methods", number, method.channel.value)
                line = people.document.line(("people", owner))
                text = f"is also a phone of the person in line {line}; give each their own"
                people.document.tell(at, text)


def check_patients(patients: Entries[PatientDraft], people: Names) -> None:
    """Tell of unknown therapists and of phones that belong to two patients."""
    owners: dict[str, int] = {}
    for position, draft in patients.by_position.items():
        at = ("patients", position)
        if draft.therapist is not None:
            check_name(draft.therapist, people, "person", (*at, "therapist"), patients.document)
        if draft.phone is not None and (owner := owners.setdefault(draft.phone, position)) != position:
            line = patients.document.line(("patients", owner))
            text = f"is also the phone of the patient in line {line}; a text must say who sent it"
            patients.document.tell((*at, "phone"), text)


def check_name(name: str, known: Names, what: str, at: Place, document: Document) -> None:
    """Tell of an id that is referred to and does not exist."""
    if known is not None and name not in known:
        near = fields.did_you_mean(name, sorted(known))
        document.tell(at, f"there is no {what} `{name}`{near or '; add it or name another'}")


def _list(document: Document, name: str) -> list[yaml_text.Tree]:
    tree = document.tree
    if document.problems and tree is None:
        return []
    if not isinstance(tree, dict):
        document.tell((), f"must begin with `{name}:` and a list below it")
        return []
    for other in tree.keys() - {name}:
        document.tell((other,), f"is no field here; the only one is `{name}`")
    held = tree.get(name)
    if name not in tree:
        document.tell((), f"has no `{name}:`; add it with a list below")
    elif held is not None and not isinstance(held, list):
        document.tell((name,), "must be a list; write each entry as `- id: ...`")
    elif held == [] and name != "patients":
        document.tell((name,), "is empty, so nobody could be paged; add at least one entry")
    return held if isinstance(held, list) else []

"""People read from files, as they would be stored: who of them counts as verified."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from contracts.people import ContactMethod, Person
from contracts.values import Sealed
from services.programme import PersonDraft
from services.runtime.sealing import Seals

TRUSTED = (
    "People read from files count as verified: a file does not know whether a phone ever answered. "
    "Against what is in force (without --roster), only phones that were verified count."
)
"""Said whenever people come from files alone."""
KNOWN = (
    "People read from files count as verified, but what Vigil knows of a phone in the file stands: not yet "
    "verified, opted out, failing."
)
"""Said when a running Vigil was asked about the phones of the files."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = Sealed(key="none", box="")


def people_of(
    drafts: Iterable[PersonDraft], stored: Mapping[str, Person], seals: Seals | None = None
) -> dict[str, Person]:
    """Return the people by id, their phones verified; nothing of them is stored, so nothing is sealed.

    With the seals of a running Vigil its phones are known again, and what it stores of one stands.
    """
    known = {(m.phone_ref, m.channel): m for one in stored.values() for m in one.methods}

    def methods(draft: PersonDraft) -> Iterable[ContactMethod]:
        for number, written in enumerate(draft.methods, start=1):
            refs = seals.phone_refs(written.phone) if seals is not None else (_ref(written.phone),)
            found = (known[ref, written.channel] for ref in refs if (ref, written.channel) in known)
            fresh = ContactMethod(
                id=f"m{number}",
                channel=written.channel,
                phone=_NOTHING,
                phone_ref=refs[0],
                verified_at=_LONG_AGO,
            )
            yield next(found, fresh).model_copy(update={"id": fresh.id})

    return {
        draft.id: Person(
            id=draft.id,
            name=_NOTHING,
            methods=tuple(methods(draft)),
            zone=draft.zone,
            site=draft.site,
            active=draft.active,
            role=draft.role,
            languages=draft.languages,
        )
        for draft in drafts
    }


def trusted(people: Mapping[str, Person]) -> dict[str, Person]:
    """Return the people as if every phone that is alive and not failing were verified.

    For judging policies by themselves: that a phone was never tried is the roster's trouble.
    """
    return {who: _trusted(person) for who, person in people.items()}


def _trusted(person: Person) -> Person:
    methods = tuple(m.model_copy(update={"verified_at": m.verified_at or _LONG_AGO}) for m in person.methods)
    return person.model_copy(update={"methods": methods})


def _ref(phone: str) -> str:
    # Only to tell equal phones from different ones, and never stored.
    return f"file-{sha256(phone.encode()).hexdigest()[:32]}"

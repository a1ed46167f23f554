"""What an audit finds: links against messages, and whether what is gone may be gone. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.books import chain
from services.books.chain import Head, Link


class Why(StrEnum):
    """What is wrong at a place."""

    CHANGED = "the message is not the one that was linked"
    MISSING = "the message is gone, and nothing explains it"
    UNLINKED = "a message stands there that was never linked"
    FORGED = "the link does not follow from the one before it"
    CHECKPOINT = "the chain up to there is not the one of a checkpoint"


class Gone(StrEnum):
    """Why a message may be gone: its link stays, as its tombstone."""

    AGED = "aged out of its stream"
    REPLACED = "replaced by newer values of its bucket"
    PURGED = "past its retention"


@dataclass(frozen=True)
class Broken:
    """A broken link, by its place."""

    stream: str
    sequence: int
    subject: str
    why: Why
    at: datetime | None = None
    """When the message was stored, if its link says so."""


@dataclass(frozen=True)
class Rules:
    """What may leave a stream, and when."""

    max_age: timedelta | None = None
    history: int | None = None
    """Of a bucket: how many values of a key are kept."""
    purged_before: datetime | None = None
    """Of a stream that is purged: what was stored before this may have been."""


@dataclass
class Checked:
    """One stream, as far as it was checked."""

    stream: str
    rules: Rules
    now: datetime
    later: Mapping[str, list[tuple[int, bool]]] = field(default_factory=dict)
    """Of a bucket: the links of each subject, by sequence, and whether each cleared the ones before."""
    head: Head = field(default_factory=Head)
    links: int = 0
    gone: dict[Gone, int] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    def check(self, links: Iterable[Link], bodies: Mapping[int, tuple[str, bytes]]) -> None:
        """Check the next links against the messages that are there: sequence -> subject and hash.

        Messages behind the last link are not linked yet; those are not handed in.
        """
        known = set[int]()
        for one in links:
            known.add(one.sequence)
            self.links += 1
            if not chain.follows(self.head, one):
                self._add(one, Why.FORGED)
            # On from what stands there: one forged link is one finding, not all that come after it.
            self.head = Head(one.sequence, one.chain)
            there = bodies.get(one.sequence)
            if there is None:
                self._gone(one)
            elif there[1] != one.body:
                self._add(one, Why.CHANGED)
        for sequence in sorted(set(bodies) - known):
            self.broken.append(Broken(self.stream, sequence, bodies[sequence][0], Why.UNLINKED))

    def _gone(self, one: Link) -> None:
        reason = self._reason(one)
        if reason is None:
            self._add(one, Why.MISSING)
        else:
            self.gone[reason] = self.gone.get(reason, 0) + 1

    def _reason(self, one: Link) -> Gone | None:
        rules = self.rules
        if rules.max_age is not None and one.at + rules.max_age <= self.now:
            return Gone.AGED
        if rules.history is not None:
            after = [
                clears for sequence, clears in self.later.get(one.subject, ()) if sequence > one.sequence
            ]
            if len(after) >= rules.history or any(after):
                return Gone.REPLACED
        if rules.purged_before is not None and one.at < rules.purged_before:
            return Gone.PURGED
        return None

    def _add(self, one: Link, why: Why) -> None:
        self.broken.append(Broken(self.stream, one.sequence, one.subject, why, one.at))


def against(heads: Mapping[str, Head], links: Mapping[tuple[str, int], bytes]) -> list[Broken]:
    """Return where the chains are not those of a checkpoint; `links`: (stream, sequence) -> chain hash."""
    return [
        Broken(name, head.sequence, "", Why.CHECKPOINT)
        for name, head in sorted(heads.items())
        if links.get((name, head.sequence)) != head.chain
    ]


def first(broken: Iterable[Broken]) -> Broken | None:
    """Return the broken link that was stored first; what has no moment comes after what has."""
    return min(
        broken,
        key=lambda one: (one.at is None, one.at.timestamp() if one.at else 0.0, one.stream, one.sequence),
        default=None,
    )

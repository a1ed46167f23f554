"""Texts for staff, with what only the shell knows: display names, and how much is open."""

from collections.abc import Callable, Mapping

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import Answer, PageStatus, Purpose
from contracts.people import Person
from services.paging.briefs import Briefs
from services.paging.core import texts
from services.paging.core.notice_texts import NAMES
from services.paging.core.state import What
from services.runtime.clock import Clock
from services.runtime.sealing import SealError, Seals


class Wording:
    """Puts a page or message into words."""

    def __init__(
        self, people: Callable[[], Mapping[str, Person]], briefs: Briefs, seals: Seals, clock: Clock
    ) -> None:
        self._people = people
        self._briefs = briefs
        self._seals = seals
        self._clock = clock

    def text(self, what: What) -> str:
        """Return the text of a page, message, notice or answer; empty for a bridge, which is a call."""
        match what:
            case PageRequested():
                giver = self._names(what).get(what.given_by or "", "")
                return texts.page_text(what, self._clock.now(), self._open(what.responder), giver)
            case ResponderTold():
                return texts.telling_text(what, self._clock.now(), self._names(what))
            case NoticeSent():
                return texts.notice_text(what, self._names(what))
            case Answer():
                return what.text
            case BridgeRequested():
                return ""

    def names_people(self, what: What | None) -> bool:
        """Return whether the text names a colleague, so that it may not be stored in clear."""
        return what is not None and bool(self._names(what))

    def _open(self, responder: str) -> int:
        out = (
            b for b in self._briefs.of(responder) if b.purpose is Purpose.PAGE and b.status is PageStatus.OUT
        )
        return len({brief.code for brief in out})

    def _names(self, what: What) -> Mapping[str, str]:
        named = _named(what)
        people = self._people()
        return {name: self._name(people[name]) for name in named if name in people}

    def _name(self, person: Person) -> str:
        try:
            return self._seals.unseal(person.name)
        except SealError:
            return "a colleague"


def _named(what: What) -> set[str]:
    """Return the ids of colleagues that the text may name."""
    match what:
        case ResponderTold(args=args):
            return {part for value in args.values() for part in value.split(",")}
        case NoticeSent(args=args):
            return {args[name] for name in NAMES if name in args}
        case PageRequested(given_by=giver):
            return {giver} if giver else set()
        case BridgeRequested() | Answer():
            return set()

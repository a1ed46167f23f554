"""How a page reaches a phone: which methods are tried when, if texts and calls behave like this.

The rules are those of paging (design, section 7), told again in one small table because a service
imports no other; a test holds the two together. Times are from the moment a page is asked for; a
carrier's queue and the seconds a text travels are not counted.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from contracts.escalations import PageRequested
from contracts.people import ContactMethod
from contracts.values import Channel, Urgency

NO_RECEIPT = timedelta(seconds=60)
"""A text without a receipt for so long: the next method is tried as well."""
NO_ANSWER = timedelta(minutes=2)
"""A text without an answer for so long: the next method is tried as well."""
CALL_AGAIN = timedelta(seconds=60)
"""From the end of a call that nobody answered with a key to the next."""
CALLS = 3
"""How often a voice method is called for one page."""
AT_ONCE_IMMINENT = 2
"""How many methods an imminent page begins with; others begin with one."""
RINGS = timedelta(seconds=25)
"""How long a call rings before it ends, or a mailbox answers: paging's `ring_seconds`."""
MAILBOX_LASTS = timedelta(seconds=30)
"""How long a mailbox listens to the page. An assumption: it only moves the second call."""


class Texts(StrEnum):
    """What happens to texts."""

    DELIVERED = "delivered"
    NO_RECEIPT = "no_receipt"
    REFUSED = "refused"


class Calls(StrEnum):
    """What happens to calls that no person answers."""

    MAILBOX = "mailbox"
    RING_OUT = "ring_out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Lines:
    """How the carrier and the phones behave. A mailbox answers by default: the slower case.

    Where a call rings out, it has failed; a person whose every method failed is exhausted, and the
    next are paged at once. A mailbox takes the call, so the step's wait runs.
    """

    texts: Texts = Texts.DELIVERED
    calls: Calls = Calls.MAILBOX

    @property
    def exhausting(self) -> bool:
        """Whether a page can fail on every method."""
        return self.texts is Texts.REFUSED or self.calls is not Calls.MAILBOX


WORKING = Lines()


@dataclass(frozen=True, slots=True)
class Contact:
    """One text or call: so long after the page was asked for, on this method."""

    after: timedelta
    channel: Channel
    method: str
    arrives: bool
    """Whether it gets as far as the phone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every contact of a page that nobody answers, in order, and when all methods had failed."""

    contacts: tuple[Contact, ...]
    exhausted_after: timedelta | None = None
    codes: tuple[str, ...] = ()

    @property
    def first_arrival(self) -> timedelta | None:
        """When something first reaches the phone."""
        return next((contact.after for contact in self.contacts if contact.arrives), None)


def plan(page: PageRequested, lines: Lines = WORKING) -> Plan:
    """Return how the page goes out while nobody answers it."""
    return _Going(page.urgency, _order(page.methods), lines).through()


def _order(methods: Sequence[ContactMethod]) -> tuple[tuple[str, Channel], ...]:
    """The first text and the first call, then the rest as the person ordered them."""
    alive = [(method.id, method.channel) for method in methods if method.dead_since is None]
    texts = [one for one in alive if one[1] is Channel.SMS]
    calls = [one for one in alive if one[1] is Channel.VOICE]
    first = texts[:1] + calls[:1]
    return (*first, *(one for one in alive if one not in first))


class _End(StrEnum):
    """What becomes of an attempt."""

    FAILED = "failed"
    STALLED = "stalled"
    """A text without receipt or answer: it may still be read."""
    OVER = "over"
    """A call that a mailbox took."""


@dataclass
class _Method:
    name: str
    channel: Channel
    tries: int = 0
    under_way: bool = False
    end: _End | None = None


@dataclass
class _Going:
    """One page on its way."""

    urgency: Urgency
    order: tuple[tuple[str, Channel], ...]
    lines: Lines
    methods: list[_Method] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    moments: list[tuple[timedelta, int, int, _Method, _End | None]] = field(default_factory=list)
    """When an attempt ends, or (None) begins. Of one moment: what the carrier says, what begins,
    then what is overdue; and each in its order."""
    count: int = 0

    def through(self) -> Plan:
        self.methods = [_Method(name, channel) for name, channel in self.order]
        now = timedelta()
        if self._go_on(now):
            return self._plan(now)
        while self.moments:
            now, _, _, method, end = heapq.heappop(self.moments)
            if end is None:
                self._try(method, now)
            else:
                method.end, method.under_way = end, False
            if self._go_on(now):
                return self._plan(now)
        return self._plan(None)

    def _go_on(self, now: timedelta) -> bool:
        """Try what must be tried now; return whether everything has failed."""
        at_once = AT_ONCE_IMMINENT if self.urgency is Urgency.IMMINENT else 1
        untried = [method for method in self.methods if not method.tries]
        while untried and sum(method.under_way for method in self.methods) < at_once:
            self._try(untried.pop(0), now)
        if not untried and all(method.end is _End.FAILED for method in self.methods):
            return True
        for method in self.methods:
            if self._is_called_again(method):
                self._at(now + CALL_AGAIN, method, None)
                method.end = _End.FAILED if method.end is _End.FAILED else _End.STALLED
        return False

    def _is_called_again(self, method: _Method) -> bool:
        failed = method.end is _End.FAILED
        allowed = CALLS if not failed or self.urgency.rank >= Urgency.URGENT.rank else 1
        waits = any(one is method and end is None for *_, one, end in self.moments)
        over = method.end is _End.OVER or failed
        is_call = method.channel is Channel.VOICE
        return is_call and over and not method.under_way and not waits and method.tries < allowed

    def _try(self, method: _Method, now: timedelta) -> None:
        method.tries += 1
        end, after = self._outcome(method.channel)
        refused = end is _End.FAILED and not after
        self.contacts.append(Contact(now, method.channel, method.name, not refused))
        method.under_way, method.end = not refused, end if refused else None
        if not refused:
            self._at(now + after, method, end)

    def _outcome(self, channel: Channel) -> tuple[_End, timedelta]:
        if channel is Channel.SMS:
            match self.lines.texts:
                case Texts.DELIVERED:
                    return _End.STALLED, NO_ANSWER
                case Texts.NO_RECEIPT:
                    return _End.STALLED, NO_RECEIPT
                case Texts.REFUSED:
                    return _End.FAILED, timedelta()
        match self.lines.calls:
            case Calls.MAILBOX:
                return _End.OVER, RINGS + MAILBOX_LASTS
            case Calls.RING_OUT:
                return _End.FAILED, RINGS
            case Calls.REFUSED:
                return _End.FAILED, timedelta()

    def _at(self, when: timedelta, method: _Method, end: _End | None) -> None:
        self.count += 1
        turn = 1 if end is None else 2 if end is _End.STALLED else 0
        heapq.heappush(self.moments, (when, turn, self.count, method, end))

    def _plan(self, exhausted: timedelta | None) -> Plan:
        used = {contact.channel for contact in self.contacts}
        codes = tuple(f"{channel}_down" for channel in sorted(used)) if exhausted is not None else ()
        return Plan(tuple(self.contacts), exhausted, codes)

"""Verifying phones: a code is sent to one contact method and texted back.

1. A code proves the phone it was sent to. A number that was changed since is not verified by it.
2. A code texted back from a phone proves calls to that phone too: the method with the other
   channel of the same number counts as verified with it. A code that was spoken proves calls only.
3. Five wrong codes, or an hour, and a new one is needed.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import ContactMethod, Person
from contracts.schedules import Verification
from contracts.values import Channel
from services.roster.core import messages

LASTS = timedelta(minutes=60)
TRIES = 5
ASK_AGAIN = timedelta(days=3)
ASKS = 3
"""How often somebody is asked without anybody having asked for it; then ops see the gap."""
AUTOMATIC = "roster"
"""Who asked, when nobody did."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a code was: the right one of `right`, or wrong, with `left` tries."""

    right: Verification | None
    wrong: tuple[Verification, ...] = ()
    """Those still waiting, with one more wrong try each."""
    left: int = 0


@dataclass(frozen=True, slots=True)
class Asks:
    """Whom to ask now without being told to, and when to look again."""

    now: tuple[tuple[Person, ContactMethod], ...] = ()
    next_at: datetime | None = None


def key(person: str, method: str) -> str:
    """Return the key in the bucket."""
    return f"{person}.{method}"


def asked(
    person: Person,
    method: ContactMethod,
    code: str,
    now: datetime,
    by: str,
    before: Verification | None = None,
) -> Verification:
    """Return the verification that begins now; `before` is the last one of the method."""
    same = before is not None and before.phone_ref == method.phone_ref
    return Verification(
        person=person.id,
        method=method.id,
        code=code,
        sent_at=now,
        expires_at=now + LASTS,
        asked_by=by,
        phone_ref=method.phone_ref,
        asks=before.asks + 1 if same and before else 1,
    )


def notice(asked_for: Verification, person: Person, method: ContactMethod) -> NoticeSent | None:
    """Return the notice that brings the code, on that method alone; None if the method is dead."""
    if method not in messages.living_methods(person):
        return None
    return messages.to(
        person,
        NoticeKind.VERIFY,
        messages.name("v", person.id, method.id, messages.stamp(asked_for.sent_at), str(asked_for.asks)),
        asked_for.sent_at,
        {"code": asked_for.code, "method": method.id},
        methods=(method,),
        not_after=asked_for.expires_at,
    )


def outcome(
    person: Person, right: Verification | None, left: int, message: str, at: datetime
) -> NoticeSent | None:
    """Return what is told to whoever texted a code: that it verified a phone, or how many tries are left."""
    if right is None:
        return messages.to(person, NoticeKind.CODE_WRONG, message, at, {"left": str(left)})
    proven = next((m for m in person.methods if m.id == right.method), None)
    ways = [m.channel for m in person.methods if proven is not None and m.phone_ref == proven.phone_ref]
    texts, calls = Channel.SMS in ways, Channel.VOICE in ways
    if proven is not None and proven.channel is Channel.VOICE:
        texts = False
    said = "texts and calls" if texts and calls else "texts" if texts else "calls"
    return messages.to(person, NoticeKind.VERIFIED, message, at, {"method": said})


def check(pending: Iterable[Verification], code: str, now: datetime) -> Checked:
    """Return what a code is that one person gave, among the verifications they were sent."""
    waiting = [one for one in pending if now < one.expires_at and one.tries < TRIES]
    right: Verification | None = None
    for one in waiting:
        # Every one is compared, in the same time: how long it took tells nothing.
        if hmac.compare_digest(one.code.encode(), code.encode()):
            right = right or one
    if right is not None:
        return Checked(right)
    wrong = tuple(one.model_copy(update={"tries": one.tries + 1}) for one in waiting)
    return Checked(None, wrong, max((TRIES - one.tries for one in wrong), default=0))


def verified(person: Person, right: Verification, at: datetime) -> Person:
    """Return the person with what the code proves; unchanged if the number is another one by now."""
    proven = next((m for m in person.methods if m.id == right.method), None)
    if proven is None or proven.phone_ref != right.phone_ref:
        return person
    both = proven.channel is Channel.SMS
    return person.model_copy(
        update={
            "methods": tuple(
                method.model_copy(
                    update={"verified_at": at, "failing_since": None, "failing_code": "", "failures": 0}
                )
                if method.id == proven.id or (both and method.phone_ref == proven.phone_ref)
                else method
                for method in person.methods
            )
        }
    )


def to_ask(
    people: Iterable[Person], on: Collection[str], known: Mapping[str, Verification], now: datetime
) -> Asks:
    """Return the unverified phones of those in `on` whose turn to be asked has come, by day.

    Each phone is asked at most ASKS times, ASK_AGAIN apart, whoever asked before; calls only
    where no text can prove the number.
    """
    found: list[tuple[Person, ContactMethod]] = []
    later: list[datetime] = []
    for person in people:
        if person.id not in on:
            continue
        for method in unproven(person):
            last = known.get(key(person.id, method.id))
            if last is not None and last.phone_ref == method.phone_ref:
                if last.asks >= ASKS:
                    continue
                if now < last.sent_at + ASK_AGAIN:
                    later.append(last.sent_at + ASK_AGAIN)
                    continue
            if messages.by_day(now, person.zone):
                found.append((person, method))
            else:
                later.append(messages.next_day(now, person.zone))
    return Asks(tuple(found), min(later, default=None))


def unproven(person: Person) -> tuple[ContactMethod, ...]:
    """Return the living, unverified methods; calls only where no text can prove the number."""
    living = [m for m in messages.living_methods(person) if m.verified_at is None]
    texted = {m.phone_ref for m in living if m.channel is Channel.SMS}
    return tuple(m for m in living if m.channel is Channel.SMS or m.phone_ref not in texted)

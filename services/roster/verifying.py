"""Codes to phones: asked for by ops or by the roster itself, given back by a text or to ops."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import partial

import structlog
from nats.aio.client import Client
from nats.js.kv import KeyValue

from contracts.pages import CodeTexted
from contracts.people import ContactMethod, Person
from contracts.schedules import Verification
from services.roster.core import messages, verification
from services.roster.core.verification import Checked
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.runtime.buckets import asked
from services.runtime.editing import edit, edit_or_create
from services.runtime.log import publish_fact

_log = structlog.get_logger()


def new_code() -> str:
    """Return six digits that nobody can guess."""
    return f"{secrets.randbelow(10**6):06d}"


async def ask(
    nc: Client,
    verifications: KeyValue,
    person: Person,
    method: ContactMethod,
    code: str,
    now: datetime,
    by: str,
) -> Verification | None:
    """Send a code to one contact method; an earlier code to it no longer counts.

    Returns None, and sends nothing, when the method is dead. Raises Unavailable.
    """
    asked_for = await _store(verifications, person, method, code, now, by)
    notice = verification.notice(asked_for, person, method)
    if notice is None:
        return None
    await publish_fact(nc, f"notices.{person.id}", notice.model_dump_json().encode(), notice.message)
    return asked_for


async def enter(
    verifications: KeyValue, people: KeyValue, responder: str, code: str, now: datetime
) -> Checked:
    """Check a code that somebody gave back; the right one marks its phone verified.

    Whoever calls it then tells the person, and last calls `done` with what was right: killed in
    between, the same code is right once more. Raises Unavailable.
    """
    entry = await asked(people.get(responder))
    if entry is None:
        return Checked(None)
    person = Person.model_validate_json(entry.value or b"")
    checked = verification.check(await _pending(verifications, person), code, now)
    if (right := checked.right) is not None:
        await edit(people, responder, Person, lambda stored: verification.verified(stored, right, now))
    for one in checked.wrong:
        await edit(
            verifications, verification.key(one.person, one.method), Verification, partial(_tried, one)
        )
    return checked


async def done(verifications: KeyValue, right: Verification) -> None:
    """Forget a code that was given back."""
    await verifications.delete(verification.key(right.person, right.method))


class Verifying:
    """The service's part: asks by itself, and hears what is texted back."""

    def __init__(
        self, tables: Tables, verifications: KeyValue, people: KeyValue, telling: Telling, by_itself: bool
    ) -> None:
        self._tables = tables
        self._verifications = verifications
        self._people = people
        self._telling = telling
        self._by_itself = by_itself

    async def look(self, on: Iterable[str], now: datetime) -> datetime | None:
        """Ask whoever is on soon and has an unverified phone; returns when to look again."""
        if not self._by_itself:
            return None
        known = self._tables.verifications.values
        people = self._tables.people.values
        asks = verification.to_ask(people.values(), frozenset(on), known, now)
        fresh = {
            verification.key(person.id, method.id): await _store(
                self._verifications,
                person,
                method,
                new_code(),
                now,
                verification.AUTOMATIC,
                unless_since=now - verification.ASK_AGAIN,
            )
            for person, method in asks.now
        }
        for one in (known | fresh).values():
            # Also what was stored and, for a crash, not sent.
            if one.asked_by == verification.AUTOMATIC and now < one.expires_at:
                await self._send(one, people.get(one.person))
        again = [now + verification.ASK_AGAIN] if asks.now else []
        return min([*again, *([asks.next_at] if asks.next_at else [])], default=None)

    async def on_code(self, event: CodeTexted) -> None:
        """Check a code that was texted, and tell the person what came of it."""
        checked = await enter(self._verifications, self._people, event.responder, event.code, event.at)
        person = self._tables.people.values.get(event.responder)
        if person is not None:
            name = messages.name("c", event.responder, event.page, messages.stamp(event.at), event.code)
            told = verification.outcome(person, checked.right, checked.left, name, event.at)
            await self._telling.notices([told])
        if checked.right is not None:
            _log.info("phone_verified", responder=event.responder, method=checked.right.method)
            await done(self._verifications, checked.right)

    async def _send(self, one: Verification, person: Person | None) -> None:
        method = next((m for m in person.methods if m.id == one.method), None) if person else None
        if person is not None and method is not None and method.phone_ref == one.phone_ref:
            await self._telling.notices([verification.notice(one, person, method)])


async def _store(
    verifications: KeyValue,
    person: Person,
    method: ContactMethod,
    code: str,
    now: datetime,
    by: str,
    unless_since: datetime | None = None,
) -> Verification:
    """Store what is asked now; one that was asked after `unless_since` stands, whoever asked."""

    def change(before: Verification) -> Verification:
        same = before.phone_ref == method.phone_ref
        if same and unless_since is not None and before.sent_at > unless_since:
            return before
        return verification.asked(person, method, code, now, by, before)

    first = verification.asked(person, method, code, now, by)
    return await edit_or_create(verifications, verification.key(person.id, method.id), first, change)


async def _pending(verifications: KeyValue, person: Person) -> list[Verification]:
    found = []
    for method in person.methods:
        entry = await asked(verifications.get(verification.key(person.id, method.id)))
        if entry is not None:
            one = Verification.model_validate_json(entry.value or b"")
            if one.phone_ref == method.phone_ref:
                found.append(one)
    return found


def _tried(tried: Verification, stored: Verification) -> Verification:
    return tried if stored.code == tried.code and stored.tries < tried.tries else stored

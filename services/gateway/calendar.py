"""Calendar feeds: `GET /calendar/<secret>.ics` shows one person's or one schedule's shifts.

The secret is all that is asked for, so it is found by its hash, written nowhere, and no answer
tells an unknown secret from a revoked one.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import ValidationError
from starlette.responses import PlainTextResponse, Response

from contracts.people import Person
from contracts.schedules import HORIZON, Feed, Schedule, Shift, Shifts
from services.gateway.allowance import Allowance
from services.gateway.core.as_it_was import as_it_was
from services.programme import ical_feed
from services.runtime.buckets import asked
from services.runtime.clock import Clock
from services.runtime.follow import ValueTable
from services.runtime.log import Log
from services.runtime.sealing import SealError, Seals

PAST = timedelta(days=7)
"""How far back a feed shows shifts, as far as the bucket still knows them."""

FRESH = timedelta(minutes=15)
"""So long a feed is answered as it was made, while no shift of it changes: making one takes a while,
and the carrier's webhooks come in through the same process."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_BY_ONE, _BY_ALL = 30, 600
"""Requests a minute for one feed, and for all: calendars ask about once an hour."""


class Calendars:
    """Makes the feeds; raises Unavailable when NATS gives no answer."""

    def __init__(
        self,
        nc: Client,
        feeds: KeyValue,
        people: ValueTable[Person],
        schedules: ValueTable[Schedule],
        shifts: ValueTable[Shifts],
        seals: Seals,
        clock: Clock,
    ) -> None:
        self._log = Log(nc, "KV_shifts")
        self._feeds = feeds
        self._people = people
        self._schedules = schedules
        self._shifts = shifts
        self._seals = seals
        self._clock = clock
        self._revisions: dict[str, tuple[int, list[Shifts]]] = {}
        self._made: dict[str, tuple[datetime, object, bytes]] = {}
        self.allowance = Allowance(_BY_ONE, _BY_ALL)

    async def get(self, secret: str, known: str) -> Response:
        """Return the feed behind a secret; `known` is the entity tag the calendar already has."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        if not _SECRET.fullmatch(secret):
            return _nothing()
        if not self.allowance.take(digest[:16], self._clock.now()):
            return PlainTextResponse("asked too often", 429, {"Retry-After": "60"})
        feed = await self._feed(digest)
        if feed is None:
            return _nothing()
        body = await self._calendar(feed)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=900", "X-Robots-Tag": "noindex"}
        if tag in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    async def _feed(self, digest: str) -> Feed | None:
        entry = await asked(self._feeds.get(digest[:16]))
        if entry is None:
            return None
        try:
            feed = Feed.model_validate_json(entry.value or b"")
        except ValidationError:
            return None
        right = hmac.compare_digest(feed.secret_hash, digest)
        return feed if right and feed.revoked_at is None else None

    async def _calendar(self, feed: Feed) -> bytes:
        now = self._clock.now()
        schedules = [feed.schedule] if feed.schedule is not None else sorted(self._shifts.values)
        known = {schedule: await self._known(schedule) for schedule in schedules}
        state = tuple((schedule, self._revisions[schedule][0]) for schedule in schedules)
        made_at, made_of, made = self._made.get(feed.id, (now, None, b""))
        if made_of == state and timedelta() <= now - made_at < FRESH:
            return made
        shown: list[tuple[str, Shift]] = []
        for schedule in schedules:
            for shift in as_it_was(known[schedule], now - PAST):
                if feed.person in (None, shift.person) and shift.start < now + HORIZON:
                    shown.append((schedule, shift))
        compiled = [s.compiled_at for name, s in self._shifts.values.items() if name in schedules]
        titles = {name: held.title for name, held in self._schedules.values.items()}
        names = self._names(feed.person, (shift for _, shift in shown))
        about = names.get(feed.person or "") or titles.get(feed.schedule or "") or feed.schedule
        made = await asyncio.to_thread(
            ical_feed.feed,
            f"On call: {about}",
            shown,
            names,
            titles,
            max(compiled, default=feed.made_at),
            personal=feed.person is not None,
        )
        self._made[feed.id] = (now, state, made)
        return made

    async def _known(self, schedule: str) -> list[Shifts]:
        """Return what stood compiled for a schedule, oldest first, as far as the bucket holds it."""
        seen, known = self._revisions.get(schedule, (0, []))
        for stored in await self._log.since(f"$KV.shifts.{schedule}", seen + 1):
            seen = stored.sequence
            try:
                known = [*known, Shifts.model_validate_json(stored.data)]
            except ValidationError:
                # Deleted, or a newer version's: what stood before says nothing of now.
                known = []
        since = self._clock.now() - PAST
        # The last one before the week began says who was on as it did.
        first = max((n for n, one in enumerate(known) if one.compiled_at <= since), default=0)
        self._revisions[schedule] = (seen, known[first:])
        return known[first:]

    def _names(self, person: str | None, shifts: Iterable[Shift]) -> dict[str, str]:
        wanted = {shift.person for shift in shifts} | ({person} if person else set())
        return {name: self._name(name) for name in wanted}

    def _name(self, person: str) -> str:
        held = self._people.values.get(person)
        try:
            return self._seals.unseal(held.name) if held is not None else person
        except SealError:
            return person


def routes(calendars: Calendars) -> APIRouter:
    """Return the route of every feed. It stands in no documentation and, by its pattern only, in logs."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/calendar/{secret}.ics", methods=["GET", "HEAD"])
    async def calendar(secret: str, request: Request) -> Response:
        """Return the feed as iCalendar, 304 when nothing changed, 404 when there is none."""
        return await calendars.get(secret, request.headers.get("If-None-Match", ""))

    return router


def _nothing() -> Response:
    return PlainTextResponse("there is no such calendar", 404, {"Cache-Control": "private, no-store"})

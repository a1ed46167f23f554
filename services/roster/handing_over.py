"""Handoffs: who is told of a coming shift, who has confirmed it, and who stays on until then."""

import asyncio
from datetime import datetime, timedelta

import structlog
from nats.js.kv import KeyValue

from contracts.pages import NoticeAnswered, PageAcknowledged
from contracts.schedules import Handoff, Schedule
from services.roster import core
from services.roster.core import confirming, handoff_look, handoffs, open_now
from services.roster.core.handoff_look import Look
from services.roster.core.handoffs import Habits
from services.roster.core.turn import Turn
from services.roster.open_now import OpenNow
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.runtime.editing import edit_or_create

_log = structlog.get_logger()
_TRIALS = ("faults.test-", "faults.drill-")
_FRESH = timedelta(hours=1)
"""So long turns are taken as they were compiled, unless a roster changes."""


class HandingOver:
    """Looks at coming turns, and hears their confirmations. Raises Unavailable."""

    def __init__(
        self, tables: Tables, bucket: KeyValue, telling: Telling, open_: OpenNow, habits: Habits
    ) -> None:
        self._tables = tables
        self._bucket = bucket
        self._telling = telling
        self._open = open_
        self._habits = habits
        self._known: dict[str, tuple[datetime, tuple[Turn, ...] | None]] = {}
        self._found: list[tuple[Schedule, tuple[Turn, ...], Look]] = []

    async def prepare(self, now: datetime) -> None:
        """Write who stays on as well, before anybody is told and before shifts are compiled."""
        self._found = []
        for _, schedule in sorted(self._tables.schedules.values.items()):
            # The other services of this process have their turn between two schedules.
            await asyncio.sleep(0)
            turns = self._turns(schedule, now)
            if turns is None:
                continue
            records, people = self._tables.handoffs.values, self._tables.people.values
            look = handoff_look.look(schedule, turns, records, people, now, self._habits)
            for record in look.before:
                await self._write(record)
            for name in look.over:
                _log.info("handoff_over", handoff=name)
                await self._bucket.delete(name)
            self._found.append((schedule, turns, look))
        schedules = self._tables.schedules.values
        for name, record in tuple(self._tables.handoffs.values.items()):
            if record.start < now - handoff_look.KEPT and record.schedule not in schedules:
                await self._bucket.delete(name)

    async def tell(self, now: datetime) -> datetime | None:
        """Tell what was found due, and write down that it was told; returns when the next thing is due."""
        for schedule, turns, look in self._found:
            await self._telling.notices(look.notices)
            await self._telling.faults(look.faults)
            for record in look.after:
                await self._write(record)
            handed_over = handoff_look.handed_over(turns, self._habits.turns_from)
            records, people = self._tables.handoffs.values, self._tables.people.values
            await self._telling.notices(
                open_now.at_start(schedule, handed_over, records, self._open.briefs, people, now)
            )
        return min((look.next_at for _, _, look in self._found if look.next_at is not None), default=None)

    async def on_answer(self, event: NoticeAnswered) -> None:
        """Note that a shift was confirmed, thank for it, and relieve whoever stayed on."""
        records = self._tables.handoffs
        await records.follower.catch_up()
        theirs = [one for one in records.values.values() if one.person == event.responder]
        meant = {handoffs.key(one): one for one in confirming.meant(theirs, event.others)}
        if (asked := confirming.asked_about(event)) is not None:
            meant.setdefault(handoffs.key(asked), asked)
        for one in meant.values():
            await self._confirm(one, event.at, thank=True)

    async def on_taken(self, event: PageAcknowledged) -> None:
        """Note that whoever took a real page during their turn is plainly there."""
        if event.subject.startswith(_TRIALS):
            return
        waiting = [
            one
            for one in self._tables.handoffs.values.values()
            if one.person == event.responder and one.confirmed_at is None and one.start <= event.at
        ]
        for name in {one.schedule for one in waiting}:
            schedule = self._tables.schedules.values.get(name)
            turns = self._turns(schedule, event.at) if schedule is not None else None
            for one in confirming.shown_by_answering(waiting, turns or (), event.responder, event.at):
                await self._confirm(one, event.at, thank=False)

    async def _confirm(self, one: Handoff, at: datetime, thank: bool) -> None:
        tables, name = self._tables, handoffs.key(one)
        schedule = tables.schedules.values.get(one.schedule)
        confirmed = await edit_or_create(
            self._bucket,
            name,
            # They may answer before it is written down that they were asked.
            one.model_copy(update={"confirmed_at": one.confirmed_at or at}),
            lambda stored: stored.model_copy(update={"confirmed_at": stored.confirmed_at or at}),
        )
        if schedule is None:
            return
        _log.info("handoff_confirmed", handoff=name)
        people, person = tables.people.values, tables.people.values.get(one.person)
        turn = next((t for t in self._turns(schedule, at) or () if handoffs.key(t) == name), None)
        if thank and turn is not None and person is not None:
            await self._telling.notices([confirming.thanks(schedule, turn, person, at)])
        records = (tables.handoffs.values | {name: confirmed}).values()
        shifts = tables.shifts.values.get(one.schedule)
        await self._telling.notices(confirming.relieved(schedule, confirmed, records, shifts, people, at))

    async def _write(self, record: Handoff) -> None:
        fresh = record.model_dump(
            include={"evening_told_at", "ahead_told_at", "outgoing", "outgoing_until"}, exclude_none=True
        )
        await edit_or_create(
            self._bucket,
            handoffs.key(record),
            record,
            # Not the whole record: it may have been confirmed in this very moment.
            lambda stored: stored.model_copy(update=fresh),
        )

    def roster_changed(self) -> None:
        """Compile anew what turns there are."""
        self._known.clear()

    def _turns(self, schedule: Schedule, now: datetime) -> tuple[Turn, ...] | None:
        """Return the turns of a schedule around now; None if it can't be compiled."""
        known = self._known.get(schedule.id)
        if known is None or not known[0] <= now < known[0] + _FRESH:
            known = self._known[schedule.id] = (now, self._compiled_turns(schedule, now))
        return known[1]

    def _compiled_turns(self, schedule: Schedule, now: datetime) -> tuple[Turn, ...] | None:
        start, end = now - handoff_look.LOOKED_BACK, now + handoff_look.LOOKED_AHEAD
        tables = self._tables
        try:
            shifts = core.compile(
                schedule,
                start,
                end,
                calendar=tables.calendars.values.get(schedule.calendar or ""),
                leaves=tables.leaves.values.values(),
                swaps=tables.swaps.values.values(),
                # Never written as one message; turns that were left out would count as no longer standing.
                whole=True,
            )
        except Exception:
            # Told as a fault by whoever compiles; the handoffs of all other schedules go on.
            return None
        return core.turns(shifts, start - handoff_look.LOOKED_BACK, end)

"""Tells people that a patient's files can't be had: ops by a fault, the holder by a notice."""

from datetime import timedelta

import structlog
from prometheus_client import Counter

from contracts.escalations import EscalationStatus
from contracts.media import MediaStatus, TextMedia
from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person
from contracts.signals import Signal
from contracts.values import Channel, Kind, Urgency
from services.gateway.briefs import Briefs
from services.gateway.core import media
from services.gateway.facts import Facts
from services.runtime.clock import Clock
from services.runtime.follow import ValueTable
from services.runtime.log import Unavailable

_log = structlog.get_logger()
MISSING = Counter("vigil_media_missing_total", "Texts of which files can't be had, when told.", ["why"])
_WORTH = timedelta(hours=1)


class MediaTelling:
    """Says it once to ops, once more when it is given up, and once to whoever holds the escalation."""

    def __init__(self, facts: Facts, briefs: Briefs, people: ValueTable[Person], clock: Clock) -> None:
        self._facts = facts
        self._briefs = briefs
        self._people = people
        self._clock = clock

    async def told(self, record: TextMedia) -> TextMedia:
        """Tell whoever doesn't know yet, and return the record that says so. Raises Unavailable."""
        if not media.is_trouble(record):
            return record
        if not record.told_ops or record.status is MediaStatus.LOST:
            fault = self._fault(record)
            await self._facts.publish(f"signals.{fault.kind}", fault, fault.id)
            MISSING.labels(record.why).inc()
            _log.error("media_missing", why=record.why, attempts=record.attempts, status=str(record.status))
            record = record.model_copy(update={"told_ops": True})
        if record.told is None and record.status is MediaStatus.OPEN:
            record = record.model_copy(update={"told": await self._holder_told(record)})
        return record

    def _fault(self, record: TextMedia) -> Signal:
        now = self._clock.now()
        lost = record.status is MediaStatus.LOST
        what = (
            "was given up after three days"
            if lost
            else "can't be had; it is tried again hourly, for three days"
        )
        return Signal(
            id=f"media/{'lost' if lost else record.why}/{now:%Y-%m-%dT%H}",
            kind=Kind.SYSTEM_FAULT,
            urgency=Urgency.URGENT,
            area="media",
            occurred_at=now,
            received_at=now,
            source="gateway",
            note=f"A picture or file that a patient texted {what} ({record.why}); see `vigil media missing`.",
        )

    async def _holder_told(self, record: TextMedia) -> str | None:
        """Return who was told; None: nobody holds it at this moment, or can't be texted."""
        try:
            run = await self._briefs.run(f"escalations.{record.patient}")
        except Unavailable:
            return None
        holder = run.holder if run is not None and run.status is not EscalationStatus.CLOSED else None
        person = self._people.values.get(holder or "")
        if run is None or person is None or not person.active:
            return None
        methods = tuple(
            one for one in person.methods if one.dead_since is None and one.channel is Channel.SMS
        )
        if not methods:
            return None
        now = self._clock.now()
        notice = NoticeSent(
            at=now,
            message=f"media-{record.sid}",
            responder=person.id,
            notice=NoticeKind.MEDIA_MISSING,
            args={"code": run.code, "count": str(media.absent(record))},
            methods=methods,
            zone=person.zone,
            urgency=run.urgency,
            not_after=now + _WORTH,
        )
        await self._facts.publish(f"notices.{person.id}", notice, f"{notice.message}:{person.id}")
        return person.id

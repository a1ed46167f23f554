"""Notifications of subscriptions: what they bring or point to is taken up, and what was lost is fetched."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog
from nats.js.kv import KeyValue

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.gateway.core import event_numbers
from services.gateway.core.event_numbers import Heard, Span
from services.gateway.facts import Facts
from services.gateway.fhir.bundles import Entry, Raw, entries
from services.gateway.fhir.intake import Intake
from services.gateway.fhir.issues import Issue, Refused, note, warning
from services.gateway.fhir.notifications import Status, status_of
from services.gateway.fhir.outcome import Answered
from services.gateway.fhir.references import literal
from services.gateway.fhir.resources import MODELS
from services.gateway.fhir.servers import FhirServers, Gone, NotAsked
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.log import Unavailable

_log = structlog.get_logger()
_TRIES = 8
_BEFORE = timedelta(hours=1)
"""How far behind the last word the search begins, when events can't be asked for by number."""


class Subscriptions:
    """Hears notifications. Raises Unavailable when what one points to can't be had: it is sent again then."""

    def __init__(
        self, intake: Intake, servers: FhirServers, bucket: KeyValue, key: Callable[[str, str], str],
        facts: Facts, clock: Clock,
    ) -> None:  # fmt: skip
        self._intake = intake
        self._servers = servers
        self._bucket = bucket
        self._key = key
        self._facts = facts
        self._clock = clock

    async def hear(self, source: str, status: Status, brought: Sequence[Entry]) -> Answered:
        """Take up a notification, then look for what came before it and was lost."""
        key = f"sub.{self._key(source, status.subscription)}"
        if status.kind == "handshake":
            await self._remember(key, lambda _: event_numbers.begun(status.count, self._clock.now()))
            return Answered(200, (note("the subscription is heard"),))
        answers, silent = await self._taken(source, status, brought)
        came = [one.number for one in status.happened if one.number is not None and one.number not in silent]
        heard = await self._remember(
            key, lambda known: event_numbers.after(known, came, silent, status.count, self._clock.now())
        )
        issues = _unfit(answers)
        if issues:
            await self._tell(source, f"{len(issues)} resources of a notification can't be used", issues)
        filled, open_gaps = await self._fetched(source, status.subscription, heard)
        if filled:
            await self._remember(key, lambda known: event_numbers.closed(known or heard, filled))
        if open_gaps:
            says = "earlier events were never received, and can't be fetched now; it is tried with the next"
            issues.append(warning("", says, "processing"))
            await self._tell(source, "events of a subscription are lost and can't be fetched", ())
        return Answered(200, tuple(issues) or (note("recorded"),))

    async def _taken(
        self, source: str, status: Status, brought: Sequence[Entry]
    ) -> tuple[list[Answered], frozenset[int]]:
        """Take up what came, and what it points to; return the answers, and the numbers without either."""
        found = _followed(brought)
        names = {
            name
            for one in brought
            for name in (one.full_url, _name(one.raw), one.gone if one.is_deletion else "")
            if (one.raw or one.is_deletion) and name
        }
        silent: set[int] = set()
        for event in status.happened:
            if event.focus and not any(
                event.focus == name or event.focus.endswith(f"/{name}") for name in names
            ):
                place = f"Bundle.entry[{len(found)}].resource"
                try:
                    raw = await self._resource(source, event.focus)
                except Gone:
                    found += _followed([Entry(place, None, method="DELETE", url=event.focus)])
                else:
                    if raw is not None:
                        found += _followed([Entry(place, raw, event.focus)])
            elif not event.focus and not names and event.number is not None:
                silent.add(event.number)
        # What nobody can use must not be sent for ever: the server would give the subscription up.
        return await self._intake.take(source, found), frozenset(silent)

    async def _resource(self, source: str, focus: str) -> Raw | None:
        try:
            return await self._servers.resource(source, focus)
        except NotAsked:
            says = "points to a resource on a server that VIGIL_FHIR_SERVERS does not name for your system"
            raise Refused(422, Issue("error", "not-supported", says, "Bundle.entry[0].resource")) from None

    async def _fetched(self, source: str, subscription: str, heard: Heard) -> tuple[tuple[Span, ...], bool]:
        """Return which gaps were fetched, and whether some are left."""
        filled: list[Span] = []
        for gap in heard.gaps:
            try:
                if not await self._by_number(source, subscription, gap):
                    await self._by_search(source, heard)
                    return heard.gaps, False
                filled.append(gap)
            except (NotAsked, Unavailable, Refused) as error:
                _log.error("events_not_fetched", source=source, error=type(error).__name__)
                return tuple(filled), True
        return tuple(filled), False

    async def _by_number(self, source: str, subscription: str, gap: Span) -> bool:
        bundle = await self._servers.events(source, subscription, *gap)
        if bundle is None:
            return False
        held = entries(bundle)
        status = status_of(held[0].raw) if held else None
        if status is None:
            return False
        answers, lost = await self._taken(source, status, held[1:])
        told = {one.number for one in status.happened}
        await self._tell_unfit(source, answers)
        return not lost and all(number in told for number in range(gap[0], min(gap[1], gap[0] + 999) + 1))

    async def _by_search(self, source: str, heard: Heard) -> None:
        since = (heard.at - _BEFORE).strftime("%Y-%m-%dT%H:%M:%SZ")
        for kind in MODELS:
            async for page in self._servers.changed_since(source, kind, since):
                await self._tell_unfit(source, await self._intake.take(source, _followed(entries(page))))

    async def _tell_unfit(self, source: str, answers: Sequence[Answered]) -> None:
        if issues := _unfit(answers):
            await self._tell(source, f"{len(issues)} resources that were fetched can't be used", issues)

    async def _remember(self, key: str, change: Callable[[Heard | None], Heard]) -> Heard:
        for _ in range(_TRIES):
            entry = await asked(self._bucket.get(key))
            after = change(Heard.model_validate_json(entry.value or b"") if entry else None)
            data = after.model_dump_json().encode()
            write = self._bucket.update(key, data, last=entry.revision or 0) if entry else None
            if await written(write or self._bucket.create(key, data)):
                return after
        raise Unavailable("what was heard of a subscription is contended")

    async def _tell(self, source: str, what: str, issues: Sequence[Issue]) -> None:
        """Tell ops, once an hour for each source: a screen may be among what can't be used."""
        now = self._clock.now()
        places = ", ".join(sorted({one.where for one in issues if one.where}))[:200]
        fault = Signal(
            id=f"gateway/fhir/{source}/{'unfit' if issues else 'lost'}/{now:%Y-%m-%dT%H}",
            kind=Kind.SYSTEM_FAULT,
            urgency=Urgency.URGENT,
            area="fhir",
            occurred_at=now,
            received_at=now,
            source="gateway",
            note=f"FHIR from {source}: {what}{f' ({places})' if places else ''}. Look at that system's "
            "subscription and at services/gateway/README.md.",
        )
        _log.error("fhir_unfit", source=source, issues=len(issues))
        await self._facts.publish(f"signals.{fault.kind}", fault, fault.id)


def _followed(held: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a type that is taken up; others only explain these."""
    return [
        one
        for one in held
        if (one.is_deletion and literal(one.gone, *MODELS))
        or (one.raw and one.raw.get("resourceType") in (*MODELS, "Medication"))
    ]


def _unfit(answers: Iterable[Answered]) -> list[Issue]:
    """Return the issues that ops must know of: a result of a kind that isn't followed is none."""
    found = [issue for one in answers if not one.is_fine for issue in one.issues]
    return [one for one in found if (one.code, one.where) != ("not-supported", "Observation.code")]


def _name(raw: Raw | None) -> str:
    held = raw or {}
    return f"{held['resourceType']}/{held['id']}" if held.get("id") and held.get("resourceType") else ""

"""What becomes of one delivery: queued, tried, brought, tried again later and later, parked.

Everything is idempotent: the resource's id is ours, so a try that is repeated after a crash changes
nothing at the recipient. The newest state replaces an older one that was not brought yet.
"""

from datetime import datetime, timedelta

from contracts.deliveries import (
    Accepted,
    DeliveryEvent,
    DeliveryStatus,
    Failed,
    Intended,
    OpsTold,
    Parked,
    ParkedWhy,
    Queued,
    Resource,
    Retried,
    Told,
)
from contracts.values import Sealed
from services.gateway.core.outgoing.grounds import Permit
from services.gateway.core.outgoing.state import Delivery

LEASE = timedelta(seconds=60)
"""After that a try without an outcome is taken for dead; one request may take half as long."""
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600))
"""How long after each failure it is tried again: in all ten hours and three quarters, then it is parked."""
SLOWLY = timedelta(hours=6)
"""How often a parked one is tried again whose recipient could not be reached."""


def queue(
    state: Delivery,
    resource: Resource,
    patient: str,
    revision: int,
    content: Told,
    now: datetime,
    *,
    wanted: bool,
) -> tuple[DeliveryEvent, ...]:
    """Something is to be told; () if it, or something newer, is known, or if nobody wants it.

    What was begun is told to its end, wanted or not: no recipient is left with a state that is over.
    """
    if revision <= state.revision or (state.status is DeliveryStatus.NEW and not wanted):
        return ()
    if state.content is not None and _same(state.content, content):
        return ()
    return (Queued(at=now, resource=resource, patient=patient, revision=revision, content=content),)


def begin(state: Delivery, may: Permit | ParkedWhy, now: datetime) -> tuple[DeliveryEvent, ...]:
    """It is due: the intention to send it, or why it must not be sent."""
    if not is_due(state, now):
        return ()
    if not isinstance(may, Permit):
        return (Parked(at=now, attempt=state.attempt, why=may),)
    return (
        Intended(
            at=now,
            attempt=state.attempt + 1,
            revision=state.revision,
            until=now + LEASE,
            ground=may.ground,
            basis=may.basis,
            consent=may.consent.id if may.consent is not None else None,
            labelled=may.labelled,
            identity=may.identity,
            reduced=may.reduced,
        ),
    )


def accepted(state: Delivery, attempt: int, status: int, now: datetime) -> tuple[DeliveryEvent, ...]:
    """The recipient answered that it has it."""
    return (Accepted(at=now, attempt=attempt, status=status),) if _under_way(state, attempt) else ()


def failed(
    state: Delivery, attempt: int, why: str, wait: timedelta | None, now: datetime
) -> tuple[DeliveryEvent, ...]:
    """It could not be brought, and may be later; `wait` is what the recipient asked for.

    A parked one that was tried once more is parked again, without a word.
    """
    if not _under_way(state, attempt):
        return ()
    if state.failures >= len(DELAYS):
        return (Parked(at=now, attempt=attempt, why="tries", again_at=now + SLOWLY),)
    delay = max(DELAYS[state.failures], min(wait or timedelta(), SLOWLY))
    return (Failed(at=now, attempt=attempt, why=why, again_at=now + delay),)


def refused(
    state: Delivery,
    attempt: int,
    why: ParkedWhy,
    status: int,
    diagnostics: Sealed | None,
    now: datetime,
) -> tuple[DeliveryEvent, ...]:
    """The recipient will not have it, however often it is sent."""
    if not _under_way(state, attempt):
        return ()
    return (Parked(at=now, attempt=attempt, why=why, status=status, diagnostics=diagnostics),)


def told(state: Delivery, now: datetime) -> tuple[DeliveryEvent, ...]:
    """Ops know that it is parked."""
    return (OpsTold(at=now),) if must_tell(state) else ()


def retry(state: Delivery, now: datetime) -> tuple[DeliveryEvent, ...]:
    """Somebody asks that it be tried now."""
    return (Retried(at=now),) if state.status is DeliveryStatus.PARKED else ()


def must_tell(state: Delivery) -> bool:
    """Return whether ops don't know yet that it is parked."""
    return state.status is DeliveryStatus.PARKED and not state.told


def is_due(state: Delivery, now: datetime) -> bool:
    """Return whether it is to be tried at this moment."""
    return state.content is not None and state.look_at is not None and state.look_at <= now


def _under_way(state: Delivery, attempt: int) -> bool:
    return state.status is DeliveryStatus.INTENDED and state.attempt == attempt


def _same(one: Told, other: Told) -> bool:
    """Whether they say the same, but for when it was said."""
    return one.model_copy(update={"at": other.at}) == other

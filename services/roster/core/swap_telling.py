"""What is told of swaps: the offer to the taker, the answer to both.

All of it follows from the swaps as they are stored, whoever changed them: the taker by a text, or
ops on the command line.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person
from contracts.schedules import Schedule, Swap, SwapStatus
from services.roster.core import messages

TOLD_FOR = timedelta(hours=24)
"""So long after an answer it is told; a service that was away longer tells nothing stale."""


def key(swap: Swap) -> str:
    """Return the key of a swap in its bucket."""
    return swap.id


def is_open(swap: Swap, now: datetime) -> bool:
    """Return whether the taker may still answer: it is offered, and its span has not ended."""
    return swap.status is SwapStatus.OFFERED and now < swap.end


def answered(swap: Swap, accept: bool, by: str, now: datetime) -> Swap:
    """Return the swap with the taker's answer; an offer that is no longer open stays as it is."""
    if not is_open(swap, now):
        return swap
    status = SwapStatus.ACCEPTED if accept else SwapStatus.REFUSED
    return swap.model_copy(update={"status": status, "answered_at": now, "answered_by": by})


def over(swap: Swap, person: Person, now: datetime) -> NoticeSent | None:
    """Return what is told to a taker who answers an offer that is no longer open."""
    name = messages.name("s", swap.id, person.id, "over")
    return messages.to(person, NoticeKind.SWAP_OVER, name, now, {"number": str(swap.number)})


def tell(
    swaps: Iterable[Swap], schedules: Mapping[str, Schedule], people: Mapping[str, Person], now: datetime
) -> tuple[NoticeSent, ...]:
    """Return every notice that stands to be told of these swaps; told twice, each is one text."""
    found: list[NoticeSent | None] = []
    for swap in swaps:
        schedule = schedules.get(swap.schedule)
        giver, taker = people.get(swap.giver), people.get(swap.taker)
        fresh = swap.answered_at is not None and swap.answered_at <= now < swap.answered_at + TOLD_FOR
        match swap.status:
            case SwapStatus.OFFERED if taker is not None and is_open(swap, now):
                found.append(_to(taker, NoticeKind.SWAP_OFFERED, swap, schedule, now, not_after=swap.end))
            case SwapStatus.ACCEPTED if fresh:
                found += [
                    _to(person, NoticeKind.SWAP_ACCEPTED, swap, schedule, now)
                    for person in (giver, taker)
                    if person is not None
                ]
            case SwapStatus.REFUSED if fresh and giver is not None:
                found.append(_to(giver, NoticeKind.SWAP_REFUSED, swap, schedule, now))
            case SwapStatus.WITHDRAWN if fresh and swap.undone:
                found += [
                    _undone(person, swap, schedule, now) for person in (giver, taker) if person is not None
                ]
            case SwapStatus.WITHDRAWN if fresh and taker is not None:
                found.append(over(swap, taker, now))
            case _nothing_to_tell:
                pass
    return tuple(notice for notice in found if notice is not None)


def _to(
    person: Person,
    kind: NoticeKind,
    swap: Swap,
    schedule: Schedule | None,
    now: datetime,
    not_after: datetime | None = None,
) -> NoticeSent | None:
    name = messages.name("s", swap.id, person.id, kind.value)
    return messages.to(person, kind, name, now, _args(swap, schedule), not_after=not_after)


def _undone(person: Person, swap: Swap, schedule: Schedule | None, now: datetime) -> NoticeSent | None:
    """Return what is told to both when an accepted one is taken back: whose shifts they are again."""
    args = _args(swap, schedule) | {"undone": "yes"}
    if person.id == swap.giver:
        # Numbers are the taker's; the giver may be asked about another swap of this one.
        args["number"] = ""
    name = messages.name("s", swap.id, person.id, "undone")
    return messages.to(person, NoticeKind.SWAP_OVER, name, now, args)


def _args(swap: Swap, schedule: Schedule | None) -> dict[str, str]:
    args = {
        "swap": swap.id,
        "number": str(swap.number),
        "giver": swap.giver,
        "taker": swap.taker,
        "schedule": swap.schedule,
        "title": (schedule.title if schedule is not None else "") or swap.schedule,
        "start": swap.start.isoformat(),
        "end": swap.end.isoformat(),
    }
    if swap.return_start is not None and swap.return_end is not None:
        args |= {"return_start": swap.return_start.isoformat(), "return_end": swap.return_end.isoformat()}
    return args

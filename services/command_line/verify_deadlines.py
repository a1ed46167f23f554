"""Whether all that is open now will act again, and in time: the deadlines in the headers of the log."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.open_work import WITH_DEADLINES, is_open
from services.command_line.link import Link
from services.command_line.shown import counted
from services.escalation.coverage.findings import Finding
from services.runtime.deadlines import parse_due
from services.runtime.follow import Follower
from services.runtime.log import Stored

LATE = timedelta(minutes=1)
"""By then the watchdog has asked the owner to look again, and told ops that it did not."""
LATE_DELIVERY = timedelta(minutes=40)
"""The same for what other systems are told."""


async def findings_now(link: Link) -> tuple[Finding, ...]:
    """Return what stands still of all that acts by itself, from escalations to deliveries."""
    found: list[Finding] = []
    for stream in WITH_DEADLINES:
        last = await _last_of(link, stream)
        found += judged(stream, last, link.clock.now())
    return tuple(found)


def judged(stream: str, last: Iterable[Stored], now: datetime) -> list[Finding]:
    """Return what is wrong with the deadlines in the last commits of a stream."""
    undue, late = 0, []
    limit = LATE_DELIVERY if stream == "DELIVERIES" else LATE
    for one in last:
        due = parse_due(one.headers.get(DUE))
        if due is None:
            undue += _is_open(stream, one)
        elif now - due > limit:
            late.append(due)
    found = []
    if undue:
        sentence = f"{stream}: {undue} open without a deadline, so nothing acts there again"
        found.append(Finding("V12", sentence, True))
    if late:
        what = counted(len(late), "deadline")
        sentence = f"{stream}: {what} passed and nobody acted; is its service running?"
        found.append(Finding("V13", sentence, True, min(late), now))
    return found


async def _last_of(link: Link, stream: str) -> list[Stored]:
    found: dict[str, Stored] = {}

    def learn(one: Stored) -> None:
        found[one.subject] = one

    follower = Follower(link.nc, stream, learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    return list(found.values())


def _is_open(stream: str, one: Stored) -> bool:
    try:
        return is_open(stream, one.headers.get(BRIEF, ""))
    except ValidationError:
        # Better looked at by a person than taken for closed.
        return True

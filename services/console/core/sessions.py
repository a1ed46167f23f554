"""When a session is over, and when a sign-in is not even looked at. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.console import Account, Session, SignIns, WrongSignIn

MOST_HERE = 5
"""Refused sign-ins of one name from one place within WINDOW, after which it waits. Ours."""
MOST_ANYWHERE = 25
"""The same from everywhere: guessing from many places ends here, a stranger's typing does not lock."""
WINDOW = timedelta(minutes=15)
STEP_SECONDS = 30
"""How long a one-time code is shown (RFC 6238)."""
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """How long a session lasts."""

    idle: timedelta
    """Without a request."""
    whole: timedelta
    """At all."""


def is_over(session: Session, account: Account | None, now: datetime, limits: Limits) -> bool:
    """Return whether it counts no more: ended, too old, unused, or its account is not what it was."""
    if session.ended_at is not None or account is None or account.disabled_at is not None:
        return True
    if session.epoch != account.epoch:
        return True
    return now >= session.made_at + limits.whole or now >= session.seen_at + limits.idle


def must_note(session: Session, now: datetime) -> bool:
    """Return whether its use must be written down: once a minute is enough."""
    return now - session.seen_at >= _SEEN_EVERY


def refused_until(before: SignIns, source: str, now: datetime) -> datetime | None:
    """Return until when no sign-in of this name from there is looked at, or None."""
    recent = [one for one in before.wrong if now - one.at < WINDOW]
    here = [one.at for one in recent if one.source == source]
    if len(here) >= MOST_HERE:
        return here[-MOST_HERE] + WINDOW
    return recent[-MOST_ANYWHERE].at + WINDOW if len(recent) >= MOST_ANYWHERE else None


def noted(before: SignIns, source: str, now: datetime) -> SignIns:
    """Return them with one more try; it is taken back if it was right."""
    recent = [one for one in before.wrong if now - one.at < WINDOW]
    kept = (*recent, WrongSignIn(at=now, source=source))[-MOST_ANYWHERE:]
    return before.model_copy(update={"wrong": kept})


def taken(before: SignIns, source: str, step: int) -> SignIns:
    """Return them after a right one: its code counts no more, tries from there are forgiven."""
    left = tuple(one for one in before.wrong if one.source != source)
    return before.model_copy(update={"wrong": left, "last_step": max(step, before.last_step)})


def steps(now: datetime) -> tuple[int, ...]:
    """Return the time steps whose code counts: this one, and one to either side for clocks that differ."""
    here = int(now.timestamp()) // STEP_SECONDS
    return (here, here - 1, here + 1)

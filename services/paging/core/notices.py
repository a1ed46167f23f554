"""What a notice of the roster is to paging: on which methods, until when, and what an answer is about."""

from datetime import UTC, datetime

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import ContactMethod
from contracts.values import Channel

CONFIRMED_BY_KEY = frozenset({NoticeKind.SHIFT_TOMORROW, NoticeKind.SHIFT_SOON})
"""Notices that a `6` confirms."""


def methods(what: NoticeSent) -> tuple[tuple[ContactMethod, Channel], ...]:
    """Return the methods in the order they are tried, with the channel each is used for.

    A code goes to the one method that it verifies, on that method's own channel, and nowhere else.
    """
    if what.notice is NoticeKind.VERIFY:
        named = [each for each in what.methods if each.id == what.args.get("method")]
        return _alive(named or list(what.methods[:1]))
    texts = [each for each in what.methods if each.channel is Channel.SMS]
    calls = [each for each in what.methods if each.channel is Channel.VOICE]
    return _alive(texts + calls if what.by_voice else texts)


def is_late(what: object, now: datetime) -> bool:
    """Tell whether it is a notice that is no longer worth sending."""
    return isinstance(what, NoticeSent) and what.not_after is not None and what.not_after <= now


def shift(what: NoticeSent) -> str:
    """Return which shift it asks to confirm; nothing when it asks for none."""
    if what.notice not in CONFIRMED_BY_KEY:
        return ""
    return f"{what.args.get('schedule', '')} {what.args.get('start', '')}"


def answerable_until(what: NoticeSent) -> datetime | None:
    """Return until when an answer means anything: a shift's notices and offers, until it ends."""
    if what.notice not in CONFIRMED_BY_KEY and what.notice is not NoticeKind.SWAP_OFFERED:
        return None
    return moment(what, "end")


def moment(what: NoticeSent, name: str) -> datetime | None:
    """Return a moment among the arguments; None where it is missing or unreadable."""
    try:
        found = datetime.fromisoformat(what.args.get(name, ""))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _alive(found: list[ContactMethod]) -> tuple[tuple[ContactMethod, Channel], ...]:
    return tuple((each, each.channel) for each in found if each.dead_since is None)

"""What became of one attempt to reach a phone: folded from a page's events, told as one phrase."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts import pages as p
from contracts.values import Channel
from services.carrier_emulator.demo import words

_ON_THE_WAY = ("queued", "initiated", "sending", "sent", "accepted")
"""What the carrier says on the way tells a reader nothing that "accepted" has not told."""


@dataclass(slots=True)
class Attempt:
    """One attempt on a phone, step by step. `text` is what was sent; empty for a call."""

    channel: Channel = Channel.SMS
    text: str = ""
    marks: list[tuple[str, datetime]] = field(default_factory=list)

    def mark(self, word: str, moment: datetime) -> None:
        """Add what happened."""
        self.marks.append((word, moment))


def fold(attempts: dict[int, Attempt], event: p.PageEvent) -> None:
    """Write down what an event says about an attempt; most say nothing about one."""
    number = getattr(event, "attempt", None)
    if not isinstance(number, int):
        return
    attempt = attempts.setdefault(number, Attempt())
    match event:
        case p.AttemptWaiting(channel=channel):
            attempt.channel = channel
        case p.AttemptIntended(text=text):
            is_text = attempt.channel is Channel.SMS
            attempt.text = text if is_text else ""
            attempt.mark("sent" if is_text else "dialled", event.at)
        case p.AttemptAccepted():
            attempt.mark("accepted", event.at)
        case p.AttemptFailed(code=code, reaction=reaction):
            then = {
                "retry": "tried again",
                "other_method": "another way is tried",
                "method_dead": "this number is not tried again",
                "ops": "operations are told",
            }[reaction]
            attempt.mark(f"failed ({code.replace('_', ' ')}; {then})", event.at)
        case p.AttemptUnknown():
            attempt.mark("answer of the carrier lost, being looked up", event.at)
        case p.ReceiptCame(status=status) if status not in _ON_THE_WAY:
            attempt.mark(words.receipt(attempt.channel, status), event.at)
        case p.AttemptOverdue(why=why):
            attempt.mark("no receipt in time" if why == "no_receipt" else "no answer in time", event.at)
        case _other:
            pass


def phrase(attempt: Attempt, zone: str) -> str:
    """Return its marks as one phrase; a time is told where it differs from the one before."""
    parts, last = [], ""
    for word, moment in attempt.marks:
        now = words.at(moment, zone)
        parts.append(word if now == last else f"{word} {now}")
        last = now
    return ", ".join(parts) or "waits for its turn"

"""What waits for its turn: by urgency, then by age."""

import heapq
from dataclasses import dataclass, field, replace
from datetime import datetime

from contracts.pages import PageBrief, Purpose
from contracts.values import Channel, Urgency


@dataclass(frozen=True, order=True)
class Turn:
    """One attempt that waits. Sorts as it is served: imminent first, then the oldest."""

    rank: int
    asked_at: datetime
    subject: str
    attempt: int
    channel: Channel = field(compare=False)
    phone_ref: str = field(compare=False)
    urgency: Urgency = field(compare=False)
    purpose: Purpose = field(compare=False)
    not_before: datetime = field(compare=False)
    alone: bool = field(compare=False, default=False)
    """Its own text says something that a shared one would not: who hands over, that it is a test."""

    @property
    def may_share(self) -> bool:
        """Whether its text may wait a moment and share one: only soon and routine pages."""
        quiet = self.urgency.rank < Urgency.URGENT.rank and not self.alone
        return self.channel is Channel.SMS and self.purpose is Purpose.PAGE and quiet

    @property
    def key(self) -> tuple[str, int]:
        """What makes it the same turn."""
        return (self.subject, self.attempt)


class Waiting:
    """The queue of one sender. A turn stands in it once, from the earliest moment it was offered for."""

    def __init__(self) -> None:
        self._heap: list[Turn] = []
        self._from: dict[tuple[str, int], datetime] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, turn: Turn) -> None:
        """Add a turn; one that stands there already only gets the earlier moment of the two."""
        known = self._from.get(turn.key)
        self._from[turn.key] = turn.not_before if known is None else min(known, turn.not_before)
        if known is None:
            heapq.heappush(self._heap, turn)

    def take(self) -> Turn:
        """Take the first turn out; IndexError when there is none."""
        turn = heapq.heappop(self._heap)
        return replace(turn, not_before=self._from.pop(turn.key))

    def of_phone(self, phone_ref: str) -> list[Turn]:
        """Return the texts of pages that wait for one phone and may share one text."""
        return [turn for turn in sorted(self._heap) if turn.phone_ref == phone_ref and turn.may_share]

    def remove(self, turns: list[Turn]) -> None:
        """Take those turns out."""
        gone = {turn.key for turn in turns}
        for key in gone:
            self._from.pop(key, None)
        self._heap = [turn for turn in self._heap if turn.key not in gone]
        heapq.heapify(self._heap)


def turns_of(subject: str, brief: PageBrief, not_before: datetime) -> list[Turn]:
    """Return the turns a page waits for."""
    return [
        Turn(
            rank=-brief.urgency.rank,
            asked_at=brief.asked_at,
            subject=subject,
            attempt=number,
            channel=channel,
            phone_ref=phone_ref,
            urgency=brief.urgency,
            purpose=brief.purpose,
            not_before=not_before,
            alone=brief.given or brief.test,
        )
        for number, channel, phone_ref in brief.waiting
    ]

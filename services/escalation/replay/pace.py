"""How fast each person answers a page: from what they did, with pages that were taken back in time.

A page that was withdrawn before it was answered says only that they would have taken longer: so
the share still silent after a time is estimated as Kaplan and Meier did (J Am Stat Assoc 1958;
53:457), person by person. Who has few answers is taken as everybody together.
"""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.escalation.rehearsal import reactions
from services.escalation.replay.script import PageScript, Script

ENOUGH = 5
"""Fewer answers than this, and everybody's pace stands in for a person's own. Ours: a rule of thumb."""


@dataclass(frozen=True)
class Pace:
    """The share of pages still unanswered after a time, falling at each answer."""

    times: tuple[float, ...] = ()
    """Seconds, ascending."""
    silent: tuple[float, ...] = ()
    """Share still silent after each of them."""
    passes: float = 0.0
    """The share of answers that passed."""
    answers: int = 0

    def delay(self, chance: float, silent_for: float = 0.0) -> float | None:
        """Return after how many seconds they answer, or None: never. `chance` is in [0, 1).

        Given that they stayed silent for so long already.
        """
        left = self._silent_at(silent_for)
        wanted = left * (1.0 - chance)
        start = bisect.bisect_right(self.times, silent_for)
        for time, share in zip(self.times[start:], self.silent[start:], strict=True):
            if share < wanted:
                return time
        return None

    def _silent_at(self, seconds: float) -> float:
        index = bisect.bisect_right(self.times, seconds)
        return self.silent[index - 1] if index else 1.0


@dataclass
class _Seen:
    answered: list[float] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)
    passed: int = 0

    def add(self, page: PageScript) -> None:
        match page.answered:
            case None:
                # Never taken back and never answered: silent for as long as anybody looked.
                after = page.out_for
                self.withdrawn.append(after.total_seconds() if after is not None else float("inf"))
            case reactions.Reaction(what=reactions.Exhausted()):
                pass
            case answered:
                self.answered.append(answered.after.total_seconds())
                self.passed += isinstance(answered.what, reactions.Pass)

    def pace(self) -> Pace:
        times: list[float] = []
        shares: list[float] = []
        silent = 1.0
        answered, withdrawn = sorted(self.answered), sorted(self.withdrawn)
        for time in dict.fromkeys(answered):
            answers = bisect.bisect_right(answered, time) - bisect.bisect_left(answered, time)
            waiting = len(answered) - bisect.bisect_left(answered, time)
            waiting += len(withdrawn) - bisect.bisect_left(withdrawn, time)
            silent *= 1 - answers / waiting
            times.append(time)
            shares.append(silent)
        passes = self.passed / len(answered) if answered else 0.0
        return Pace(tuple(times), tuple(shares), passes, len(answered))


@dataclass(frozen=True)
class Paces:
    """The pace of every person, and of everybody together."""

    everybody: Pace
    people: dict[str, Pace]

    def of(self, responder: str) -> Pace:
        """Return their own pace, or everybody's where they have given too few answers."""
        own = self.people.get(responder)
        return own if own is not None and own.answers >= ENOUGH else self.everybody


def measure(scripts: Iterable[Script]) -> Paces:
    """Return how fast people answered in these runs."""
    people: dict[str, _Seen] = {}
    everybody = _Seen()
    for script in scripts:
        for responder, pages in script.pages.items():
            for page in pages:
                people.setdefault(responder, _Seen()).add(page)
                everybody.add(page)
    return Paces(everybody.pace(), {who: seen.pace() for who, seen in people.items()})

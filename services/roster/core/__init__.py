"""Rules of the roster. Everything that decides lives here, and nothing here acts.

1. Time comes in as an argument; the only zones that count are the schedule's and its rotations'.
2. Handoffs stand on the wall clock. Where a wall clock shows a time twice, or never, the shift
   that starts takes the earlier moment and the shift that ends the later one: on the two odd
   nights of the year two people are on for a while. Two pages are better than none.
3. What applies when, and to what, stands in `compiling`: rotations, leave, temporary schedules,
   overrides, swaps, unconfirmed handoffs.
4. What is over has no effect: ended shifts and expired changes leave no trace, so the shift
   running now stands whole.
"""

from services.roster.core.compiling import MOST_BYTES, MOST_SHIFTS, compile
from services.roster.core.finding import Finding, findings
from services.roster.core.gap import Gap, Why, gaps, reachable, why_not
from services.roster.core.stored import REFRESH_AFTER, worth_writing
from services.roster.core.turn import UNCONFIRMED, Turn, next_handoff, turns
from services.roster.core.wall_clock import moments

__all__ = [
    "MOST_BYTES",
    "MOST_SHIFTS",
    "REFRESH_AFTER",
    "UNCONFIRMED",
    "Finding",
    "Gap",
    "Turn",
    "Why",
    "compile",
    "findings",
    "gaps",
    "moments",
    "next_handoff",
    "reachable",
    "turns",
    "why_not",
    "worth_writing",
]

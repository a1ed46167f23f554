"""The figures of follow-up, each with its source; the site's settings set them."""

from dataclasses import dataclass, field
from datetime import time, timedelta

from contracts.values import Disposition, Urgency
from services.followup.core.calendar import Step, read

CARING = "72h 7d 14d 28d 2mo 3mo 4mo 6mo 8mo 10mo 12mo"
"""Clinical notes 6f, from the follow-up texts of Motto, Luxton and Comtois: a text at 72 hours, day 7,
weeks 2 and 4, months 2, 3, 4, 6, 8, 10 and 12. A proposal: clinicians check it. The call on day 1 is a
task of its own. 6b: one to two years of brief messages that ask for nothing; 25 in a year in one trial."""
NO_CRISIS = frozenset({Disposition.SENT_IN_ERROR, Disposition.FIXED})
"""Nothing happened to the patient that needs following up."""
SPOKEN = frozenset({Disposition.SPOKE, Disposition.SAFETY_PLAN, Disposition.NO_CRISIS_AFTER_CONTACT})
"""The patient was spoken with: tasks that ask for just that are done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides when somebody is contacted again."""

    zone: str = "America/New_York"
    steps: tuple[Step, ...] = field(default_factory=lambda: read(CARING))
    earliest: time = time(10)
    latest: time = time(19)
    """6f: at a random time between 10:00 and 19:00 on the wall clock."""
    contact_within: timedelta = timedelta(hours=24)
    """6f: day 1, a call by a person."""
    least_urgency: Urgency = Urgency.URGENT
    """Runs that were less urgent are no crisis, and are not followed up. No source."""
    call_within: timedelta = timedelta(hours=24)
    """A call in the place of a text. No source: as for the first contact."""
    read_within: timedelta = timedelta(hours=1)
    """A safety plan that can't be texted is read out. No source; 6b: a crisis call is returned in 1 hour."""
    appointment_days: int = 7
    """6d: seen within 7 days after hospital (Colorado Access, New York); 1e: ideally within 48 hours."""
    discharge_days: int = 30
    """1e: risk is raised for 30 days; a discharge heard of later makes no task."""
    again_after: timedelta = timedelta(hours=24)
    """An overdue task that is still open is told again. No source."""
    apart: timedelta = timedelta(days=2)
    """No two caring contacts come closer than this after a suspension. No source."""
    answer_within: timedelta = timedelta(hours=1)
    """So long after `send_by` the crisis line may take to say what became of a text. No source."""
    confirm_within: timedelta = timedelta(minutes=30)
    """So long the patient has to text the confirming word. No source."""
    tries: int = 3
    """Days on which a caring contact is tried before a person calls instead. No source."""

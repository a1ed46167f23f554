"""What the runner of aggregates needs to know of a follow-up."""

from pydantic import TypeAdapter

from contracts.followups import FollowupEvent
from services.followup.core.evolve import evolve
from services.followup.core.state import VERSION, Followup, brief, due
from services.runtime.aggregates import Aggregates, Rules

EVENTS: TypeAdapter[FollowupEvent] = TypeAdapter(FollowupEvent)
RULES: Rules[Followup, FollowupEvent] = Rules(
    stream="FOLLOWUPS",
    version=VERSION,
    state=Followup,
    events=EVENTS,
    empty=Followup.empty,
    evolve=evolve,
    due=due,
    brief=brief,
    # Nothing opens anew: a task stands beside a calendar that began a year ago.
    opening=frozenset(),
)

Followups = Aggregates[Followup, FollowupEvent]

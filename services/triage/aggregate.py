"""What the runner of aggregates needs to know of a patient's results."""

from pydantic import TypeAdapter

from contracts.triages import TriageEvent
from services.runtime.aggregates import Aggregates, Rules
from services.triage.core.evolve import evolve
from services.triage.core.state import VERSION, Results, brief, due

EVENTS: TypeAdapter[TriageEvent] = TypeAdapter(TriageEvent)
RULES: Rules[Results, TriageEvent] = Rules(
    stream="TRIAGE",
    version=VERSION,
    state=Results,
    events=EVENTS,
    empty=Results.empty,
    evolve=evolve,
    due=due,
    brief=brief,
    # Results never begin anew: a newer reader folds all of them again.
    opening=frozenset(),
)
AllResults = Aggregates[Results, TriageEvent]


def subject_of(patient: str) -> str:
    """Return where a patient's results stand."""
    return f"triage.{patient}"

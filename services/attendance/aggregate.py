"""What the runner of aggregates needs to know of an attendance."""

from pydantic import TypeAdapter

from contracts.attendance import AttendanceEvent
from services.attendance.core.evolve import evolve
from services.attendance.core.state import VERSION, Attendance, brief, due
from services.runtime.aggregates import Aggregates, Rules

EVENTS: TypeAdapter[AttendanceEvent] = TypeAdapter(AttendanceEvent)
RULES: Rules[Attendance, AttendanceEvent] = Rules(
    stream="ATTENDANCES",
    version=VERSION,
    state=Attendance,
    events=EVENTS,
    empty=Attendance.empty,
    evolve=evolve,
    due=due,
    brief=brief,
    # What came before a session was planned anew still counts: a newer reader folds all of it again.
    opening=frozenset(),
)

Attendances = Aggregates[Attendance, AttendanceEvent]

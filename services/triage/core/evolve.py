"""What is true after an event."""

from datetime import date, timedelta

from contracts.triages import Assessed, DoseCounted, Retracted, SignalLeft, TriageEvent
from services.triage.core.state import DAYS_KEPT, DOCUMENTS_KEPT, LEFT_KEPT, Document, Doses, Left, Results


def evolve(state: Results, event: TriageEvent) -> Results:
    """Return the state after the event. It never refuses: what is in the log has happened."""
    return _after(state, event).model_copy(update={"last_at": event.at})


def counted(doses: Doses, day: date, taken: bool) -> Doses:
    """Return the doses with that day's: one that was taken ends the days missed before it."""
    last = max((each for each in (doses.taken, day if taken else None) if each), default=None)
    if taken:
        left = tuple(each for each in doses.missed if each > day)
    else:
        left = tuple(sorted({*doses.missed, day}))
    # Reports come in any order: what lies before the last taken one is no longer missed in a row.
    missed = tuple(each for each in left if last is None or each > last)
    return doses.model_copy(update={"missed": missed[-DAYS_KEPT:], "taken": last})


def in_a_row(doses: Doses, day: date) -> int:
    """Return how many days in a row without a dose end with that day."""
    count = 0
    while day in doses.missed:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _after(state: Results, event: TriageEvent) -> Results:
    match event:
        case Assessed() | Retracted():
            document = Document.model_validate(event.model_dump(exclude={"result"}))
            same = (event.source, event.document)
            others = tuple(one for one in state.documents if (one.source, one.document) != same)
            return state.model_copy(update={"documents": (*others, document)[-DOCUMENTS_KEPT:]})
        case DoseCounted():
            others_doses = tuple(one for one in state.doses if one.instrument != event.instrument)
            fresh = counted(state.doses_of(event.instrument), event.day, event.taken)
            return state.model_copy(update={"doses": (*others_doses, fresh)})
        case SignalLeft():
            left = Left(document=event.document, version=event.version, signal=event.signal, what=event.what)
            return state.model_copy(update={"left": (*state.left, left)[-LEFT_KEPT:]})

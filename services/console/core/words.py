"""Words and times of the pages: colours are said in words, moments on the reader's clock. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Disposition, Kind

_KINDS = {
    Kind.SESSION_MISSED: "missed session",
    Kind.SCREEN_POSITIVE: "positive screen",
    Kind.PATIENT_ALERT: "asked for help",
    Kind.SUBSTANCE_POSITIVE: "substance test",
    Kind.WITHDRAWAL: "withdrawal",
    Kind.DOSE_MISSED: "missed dose",
    Kind.CONCERN_RAISED: "concern",
    Kind.OPTED_OUT: "stopped texts",
    Kind.FOLLOW_UP_DUE: "follow-up due",
    Kind.SYSTEM_FAULT: "fault of Vigil",
}
_DISPOSITIONS = {
    Disposition.SPOKE: "Spoke with them",
    Disposition.SAFETY_PLAN: "Safety plan made",
    Disposition.NO_CRISIS_AFTER_CONTACT: "No crisis, after contact",
    Disposition.SENT_IN_ERROR: "Sent in error",
    Disposition.TRANSFERRED_911: "Handed to 911 (stays open until contact is confirmed)",
    Disposition.TRANSFERRED_988: "Handed to 988 (stays open until contact is confirmed)",
    Disposition.MOBILE_CRISIS: "Mobile crisis team sent (stays open until contact is confirmed)",
    Disposition.WELFARE_CHECK: "Welfare check asked for (stays open until contact is confirmed)",
    Disposition.COULD_NOT_REACH: "Could not reach them (pages the next step, too)",
    Disposition.FIXED: "Fixed",
}


@dataclass(frozen=True)
class When:
    """A moment as a page shows it: `iso` for the browser, `clock` for everybody."""

    iso: str
    clock: str


def when(moment: datetime | None, zone: ZoneInfo, now: datetime) -> When | None:
    """Return it on that clock; with its day where that is not today."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return When(moment.isoformat(), f"{local:%H:%M}" if same else f"{local:%a %d %b %H:%M}")


def kind(subject: str, found: Kind) -> str:
    """Return what happened; nothing is wrong in a drill or a test page, and the word says so."""
    if subject.startswith("faults.drill-"):
        return "drill"
    return "test page" if subject.startswith("faults.test-") else _KINDS[found]


def disposition(found: Disposition) -> str:
    """Return a disposition as people choose it."""
    return _DISPOSITIONS[found]


def dispositions(is_fault: bool) -> tuple[tuple[str, str], ...]:
    """Return what can be chosen, value and words, in the order of the texted numbers."""
    wanted = (
        d for d in Disposition if (d is Disposition.FIXED) is is_fault or d is Disposition.SENT_IN_ERROR
    )
    return tuple((one.value, disposition(one)) for one in wanted)


def listed(names: tuple[str, ...]) -> str:
    """Return names in a row: `Ana`, `Ana and Ben`, `Ana, Ben and Cal`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def stands(brief: EscalationBrief, holder: str, paged: tuple[str, ...]) -> str:
    """Return where it stands, in a sentence."""
    others = f"; {listed(paged)} paged as well" if paged else ""
    match brief.status:
        case EscalationStatus.WAITING:
            return "waits for the hours of its policy; nobody is paged yet"
        case EscalationStatus.WORKLIST:
            return "on the worklist; nobody is paged"
        case EscalationStatus.PAGING:
            whom = listed(paged) or "nobody could be paged"
            return f"nobody has it: paging {whom} (round {brief.round + 1}, step {brief.step + 1})"
        case EscalationStatus.HELD:
            return f"{holder} has it; the patient is not reached yet{others}"
        case EscalationStatus.REACHED:
            return f"{holder} has it; the patient is reached, how it ended is not said yet{others}"
        case EscalationStatus.HANDED_OFF:
            return f"{holder} handed it off; contact must be confirmed{others}"
        case EscalationStatus.CLOSED:
            return "closed"


def next_thing(brief: EscalationBrief) -> str:
    """Return what happens at the moment it is due, unless somebody acts before."""
    match brief.status:
        case EscalationStatus.WAITING:
            return "paging begins"
        case EscalationStatus.WORKLIST:
            return "must have been looked at"
        case EscalationStatus.PAGING:
            return "the next are paged"
        case EscalationStatus.HELD:
            return "the holder is asked, then others are paged"
        case EscalationStatus.REACHED:
            return "the holder is asked how it ended"
        case EscalationStatus.HANDED_OFF:
            return "the holder is asked to confirm contact"
        case EscalationStatus.CLOSED:
            return ""

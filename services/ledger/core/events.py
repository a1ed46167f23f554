"""Every event of every commit as one line: what a timeline shows. No free text, nothing sealed. Pure."""

from services.books.changes import Change, change
from services.ledger.core.reading import Said, moment, number, part, word

_CODED = frozenset(
    {"opened", "page_requested", "responder_told", "hold_seen", "attempt_failed", "receipt_came"}
    | {"answer_failed", "answer_postponed", "carrier_trouble"}
)
"""Events whose `code` is a run's or the carrier's; elsewhere it may be a secret, as in `code_texted`."""
_UNTIL = (
    "ends_at contact_by resolve_by confirm_by sign_by until next_at undo_until due reconcile_at not_before "
    "starts_at again_at review_at"
).split()


def event_of(
    stream: str, subject: str, sequence: int, place: int, event: Said, patient: str | None
) -> Change:
    """Return the line of one event."""
    kind = word(event, "type") or ""
    inner = part(event, "what") or part(event, "signal")
    return change(
        "events",
        {"stream": stream, "sequence": sequence, "place": place},
        last={
            "at": moment(event, "at"),
            "subject": subject,
            "type": kind,
            "patient": patient,
            "run": word(event, "run") or word(inner, "run"),
            "page": word(event, "page", "message", "bridge") or word(inner, "page", "message", "bridge"),
            "responder": word(event, "responder", "owner", "asked", "by") or word(inner, "responder"),
            "urgency": word(event, "urgency") or word(inner, "urgency"),
            "kind": word(event, "kind", "instrument") or word(inner, "kind"),
            "channel": word(event, "channel"),
            "code": word(event, "code") if kind in _CODED else None,
            "detail": _detail(kind, event, inner),
            "until": moment(event, *_UNTIL),
            "number": number(event, "attempt", "evidence", "round", "number", "times", "stage"),
            "step": number(event, "step"),
        },
    )


def _detail(kind: str, event: Said, inner: Said) -> str | None:
    """Return the word that says how or why."""
    match kind:
        case "asked":
            return word(inner, "type", "telling")
        case "responder_told":
            return word(event, "telling")
        case "signal_noted":
            return word(event, "what")
        case "receipt_came":
            return word(event, "status")
        case "outreach_ended":
            return word(event, "withheld") or "sent"
        case _other:
            return word(
                event, "disposition", "why", "outcome", "reason", "reaction", "withheld", "purpose", "what"
            )

"""What a sender is told of the facts that came of a resource, or were taken back."""

from collections.abc import Sequence

from services.gateway.fhir.issues import Issue, note
from services.gateway.fhir.outcome import Answered
from services.gateway.taking_back import Told


def answered(told: Sequence[Told], issues: Sequence[Issue]) -> Answered:
    """Say what became of the facts of a resource."""
    status = 201 if any(one.outcome == "new" for one in told) else 200
    return Answered(status, (*issues, *(_said(one) for one in told)), told[0].version if told else "")


def taken_back(told: Sequence[Told]) -> Answered:
    """Say what became of a resource that tells of nothing any more."""
    if not told:
        return Answered(200, (note("was never recorded; there is nothing to take back"),))
    if any(one.outcome == "kept" for one in told):
        says = "a discharge is not taken back: weeks of raised risk stay; a person may end them"
        return Answered(200, (Issue("warning", "business-rule", says),))
    return Answered(200, tuple(_said(one) for one in told), told[0].version)


def _said(told: Told) -> Issue:
    match told.outcome:
        case "new":
            return note("recorded")
        case "repeated":
            return note("was recorded before; nothing changed")
        case "older":
            return note("is older than what was recorded; nothing changed")
        case "unknown" | "kept":
            return note("was never recorded; there is nothing to take back")

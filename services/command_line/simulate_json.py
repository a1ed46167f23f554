"""Simulations as plain JSON values; moments are ISO 8601 on the shown clock."""

from datetime import datetime

from contracts.escalations import StepSkipped
from services.command_line.simulate_shown import Played
from services.escalation.rehearsal.outcome import Paged


def as_json(played: Played) -> dict[str, object]:
    """Return one scenario: its figures, every page with its texts and calls, and what was passed over."""
    rehearsal = played.rehearsal
    return {
        "scenario": played.scenario.name,
        "assumes": played.scenario.assumes,
        "until": _iso(played, rehearsal.until),
        "first_page_after_seconds": _seconds(played, rehearsal.first_page_at),
        "second_person_after_seconds": _seconds(played, rehearsal.second_person_at),
        "people": played.people,
        "night_pages": played.night_pages,
        "texts": played.texts,
        "calls": played.calls,
        "pages": [_page_json(played, page) for page in rehearsal.pages],
        "skipped": [
            {"at": _iso(played, e.at), "round": e.round + 1, "step": e.step + 1, "why": e.cause}
            for e in rehearsal.log
            if isinstance(e, StepSkipped)
        ],
        "faults": [fault.note for fault in rehearsal.faults],
        "acts_again_at": _iso(played, rehearsal.due_at),
    }


def _seconds(played: Played, at: datetime | None) -> int | None:
    return None if at is None else int((at - played.at).total_seconds())


def _iso(played: Played, at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(played.zone).isoformat()


def _page_json(played: Played, page: Paged) -> dict[str, object]:
    end = played.rehearsal.until
    return {
        "at": _iso(played, page.at),
        "after_seconds": _seconds(played, page.at),
        "responder": page.responder,
        "name": played.scene.names.get(page.responder, ""),
        "round": page.round + 1,
        "step": page.step + 1,
        "ended": page.ended or None,
        "ended_at": _iso(played, page.ended_at),
        "contact_by": _iso(played, page.request.contact_by),
        "contacts": [
            {
                "at": _iso(played, contact.at),
                "channel": contact.channel.value,
                "method": contact.method,
                "arrives": contact.arrives,
            }
            for contact in page.until(end)
            if contact.at <= end
        ],
    }

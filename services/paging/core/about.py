"""The fields that every event to another service shares."""

from datetime import datetime
from typing import TypedDict

from services.paging.core import state
from services.paging.core.state import What


class About(TypedDict):
    """About which page, message or notice, by whom, in which run."""

    at: datetime
    page: str
    responder: str
    run: str
    subject: str


def about(what: What, now: datetime) -> About:
    """Return those fields of something that happened to `what` at `now`."""
    return About(
        at=now,
        page=state.identity(what),
        responder=what.responder,
        run=what.run,
        subject=what.subject,
    )

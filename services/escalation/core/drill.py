"""Test pages: one person is paged to prove that they are reached; nothing is wrong.

Such a run pages nobody else, and ends by itself: when the person answers, or when they don't, and
then ops are told.
"""

from datetime import timedelta

from contracts.escalations import FaultRaised, Resolved, Telling
from contracts.policies import Policy, Step, Target
from contracts.signals import Signal
from contracts.values import Disposition, Kind, Urgency
from services.escalation.core import telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import TEST_POLICY

TAG = "test"
"""The tag of a signal that asks for a test page; the tag `to:<person>` beside it says whose."""
_TO = "to:"
WAIT = timedelta(minutes=3)
"""How long the person has to answer."""


def policy_for(signal: Signal) -> Policy | None:
    """Return the policy of a test page, or None when the signal asks for none."""
    whom = next((tag.removeprefix(_TO) for tag in signal.tags if tag.startswith(_TO)), "")
    if signal.kind is not Kind.SYSTEM_FAULT or TAG not in signal.tags or not whom:
        return None
    return Policy(
        id=TEST_POLICY,
        title="A test page",
        steps=(Step(page=(Target(person=whom),), wait=WAIT),),
        reach_within=WAIT,
    )


def answered(draft: Draft, responder: str) -> None:
    """The page reached them: the run is over."""
    _close(draft, responder, Disposition.FIXED)
    telling.tell(draft, responder, Telling.TEST_ANSWERED)


def unanswered(draft: Draft) -> None:
    """The page was not answered: the run is over, and ops learn who may not be reached."""
    whom = draft.run.rules.steps[0].page[0].person or ""
    draft.add(
        FaultRaised(
            at=draft.now,
            fault=f"test-{whom}-{draft.now:%Y%m%d%H%M}",
            area="reachability",
            note=f"{whom} did not answer a test page. Check their phone, then people.yaml.",
            urgency=Urgency.URGENT,
        )
    )
    _close(draft, whom, Disposition.COULD_NOT_REACH)


def _close(draft: Draft, responder: str, disposition: Disposition) -> None:
    telling.withdraw_all(draft, "closed")
    draft.add(Resolved(at=draft.now, responder=responder, disposition=disposition, undo_until=draft.now))

"""What follows when a text of ours does not arrive: its writer is told, or somebody else is looked for."""

from contracts.conversations import Purpose, SignalOwed
from services.conversation.core import outreaching, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.state import Answer

NOT_HOLDER = "not_holder"
"""Our own code: it was for somebody who holds it no more."""
NOT_SAFE = "not_safe"
"""Our own code: when its turn came the patient was not to be texted, or in neutral words only."""


def failed(draft: Draft, answer: Answer, code: str) -> None:
    """Act on a text that failed for good; its event is already added."""
    if answer.purpose is Purpose.OUTREACH:
        outreaching.failed(draft, answer)
        return
    hold = draft.state.hold
    if hold is None:
        return
    match answer.purpose:
        case Purpose.WORDS | Purpose.CHECK_IN:
            teller = answer.by or hold.held_by
            if teller is not None and hold.open:
                draft.to_staff(Purpose.TOLD, teller, _told(hold.code, code))
        case Purpose.RELAY if code != NOT_HOLDER:
            _not_relayed(draft, answer)
        case _:
            pass


def _told(code: str, why: str) -> str:
    if why == NOT_SAFE:
        return staff_texts.not_sent(code, "texts to them are marked as not safe")
    return staff_texts.failed(code, why)


def _not_relayed(draft: Draft, answer: Answer) -> None:
    """A holder who can't be brought what the patient wrote is as good as none."""
    hold = draft.state.hold
    if hold is None or not hold.open:
        return
    if answer.to == hold.held_by:
        draft.add(
            SignalOwed(
                at=draft.now,
                signal=f"text/undelivered/{draft.state.about}/{answer.id}",
                urgency=hold.urgency,
                why="undelivered",
                evidence=answer.upto,
                anew=True,
            )
        )
    elif hold.held_by is not None and answer.to is not None:
        name = draft.world.name_of(answer.to)
        draft.to_staff(Purpose.TOLD, hold.held_by, staff_texts.not_reachable(hold.code, name))

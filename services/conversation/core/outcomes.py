"""What follows when a text of ours does not arrive: its writer is told, or somebody else is looked for."""

from contracts.conversations import Purpose, SignalOwed
from services.conversation.core import staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.state import Answer

NOT_HOLDER = "not_holder"
"""Our own code: it was for somebody who holds it no more."""


def failed(draft: Draft, answer: Answer, code: str) -> None:
    """Act on a text that failed for good; its event is already added."""
    hold = draft.state.hold
    if hold is None:
        return
    match answer.purpose:
        case Purpose.WORDS | Purpose.CHECK_IN:
            teller = answer.by or hold.held_by
            if teller is not None and hold.open:
                draft.to_staff(Purpose.TOLD, teller, staff_texts.failed(hold.code, code))
        case Purpose.RELAY if code != NOT_HOLDER:
            _not_relayed(draft, answer)
        case _:
            pass


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

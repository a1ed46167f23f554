"""What happens because of an input: the one entrance to the rules.

A late or repeated input changes nothing. Whatever is heard, the conversation first takes in who holds
it now, and at last sets its clocks from what is true then.
"""

from collections.abc import Callable
from datetime import datetime

from contracts.conversations import Purpose, SignalRaised
from services.conversation.core import alarms, answering, holding, relaying, timing, waiting
from services.conversation.core.draft import Draft, Events
from services.conversation.core.state import Conversation
from services.conversation.core.world import World

Act = Callable[[Draft], None]


def decide(state: Conversation, now: datetime, world: World, act: Act) -> Events:
    """Return what happens when a rule of this package acts; () if it changes nothing."""
    draft = Draft(state, now, world)
    holding.seen(draft)
    act(draft)
    if not draft.state.is_desk:
        relaying.owe_unreachable(draft)
        waiting.tell_nobody(draft)
    if draft.events or state.alarms:
        alarms.reset(draft)
    return tuple(draft.events)


def time_reached(draft: Draft) -> None:
    """Act on every clock that has come, then intend to send what waits."""
    timing.time_reached(draft)
    answering.intend(draft)


def look(draft: Draft) -> None:
    """Only take in who holds it now."""


def raised(draft: Draft, signals: tuple[str, ...]) -> None:
    """These signals are published."""
    for one in draft.state.owed:
        if one.signal in signals:
            draft.add(SignalRaised(at=draft.now, signal=one.signal))


def say(draft: Draft, responder: str, text: str, evidence: int) -> None:
    """Text a responder at their desk: about no conversation in particular; once for each text of theirs."""
    name = f"d{evidence}"
    if draft.state.out(name) is None:
        draft.to_staff(Purpose.TOLD, responder, text, order=evidence, name=name)

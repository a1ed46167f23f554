"""What happens because of an input: the one entrance to the rules.

A late or repeated input changes nothing. Whatever is heard, the conversation first takes in who holds
it now, and at last sets its clocks from what is true then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from contracts.conversations import Purpose, SignalRaised
from services.conversation.core import alarms, answering, holding, outreaching, relaying, timing, waiting
from services.conversation.core.draft import Draft, Events
from services.conversation.core.state import Conversation
from services.conversation.core.world import World

Act = Callable[[Draft], None]
SAID_MOST, SAID_WITHIN = 15, timedelta(minutes=10)
"""So many answers to texts that belong to no conversation, in so long, and no more. Ours."""


def decide(state: Conversation, now: datetime, world: World, act: Act) -> Events:
    """Return what happens when a rule of this package acts; () if it changes nothing."""
    draft = Draft(state, now, world)
    holding.seen(draft)
    act(draft)
    if not draft.state.is_desk:
        relaying.owe_unreachable(draft)
        waiting.tell_nobody(draft)
        outreaching.conclude(draft)
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
    """Text a responder at their desk: about no conversation in particular; once for each text of theirs.

    A phone that answers each answer of ours by itself is not answered for ever.
    """
    name = f"d{evidence}"
    lately = [one for one in draft.state.outbox if one.asked_at > draft.now - SAID_WITHIN]
    if draft.state.out(name) is None and len(lately) < SAID_MOST:
        draft.to_staff(Purpose.TOLD, responder, text, order=evidence, name=name)

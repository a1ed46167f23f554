"""What the patient writes goes to whoever holds the conversation, in order, joined when it comes fast."""

from contracts.conversations import Purpose, SignalOwed
from services.conversation.core import alarms, staff_texts
from services.conversation.core.changes import signal_of
from services.conversation.core.draft import Draft
from services.conversation.core.state import Beside, Conversation, Said


def relay(draft: Draft) -> None:
    """Let what is pending, and ripe, wait for its turn to each person in the conversation."""
    for one in draft.state.beside:
        at = alarms.relay_at(draft.state, one)
        if at is not None and at <= draft.now:
            _to(draft, one)


def owe_unreachable(draft: Draft) -> None:
    """Nobody holds it, or the holder can't be texted: what was to be relayed to them becomes a signal."""
    holder = draft.state.held_by
    if holder is None or draft.world.phone_of(holder) is None:
        owe(draft, unheard(draft.state))


def unheard(state: Conversation) -> tuple[Said, ...]:
    """Return the texts that are owed to somebody: no signal, and no relay that the carrier took."""
    return tuple(said for said in state.said if said.carried)


def owe(draft: Draft, texts: tuple[Said, ...]) -> None:
    """Let each of these texts become the signal that it did not become when it came."""
    for said in texts:
        draft.add(
            SignalOwed(
                at=draft.now,
                signal=signal_of(said.sid),
                urgency=said.urgency,
                why="not_relayed",
                evidence=said.evidence,
            )
        )


def _to(draft: Draft, one: Beside) -> None:
    hold = draft.state.hold
    if hold is None or draft.world.phone_of(one.responder) is None:
        return
    texts = alarms.pending(draft.state, one)
    if not draft.world.relay_words:
        words, taken = staff_texts.unshown(hold.code, len(texts)), texts
    else:
        joined, taken = _joined(draft, texts, hold.code)
        words = staff_texts.relay_line(hold.code, joined)
    draft.to_staff(Purpose.RELAY, one.responder, words, order=taken[-1].evidence, upto=taken[-1].evidence)


def _joined(draft: Draft, texts: tuple[Said, ...], code: str) -> tuple[str, tuple[Said, ...]]:
    """Return as many of the texts as one relay holds, in one piece; at least the first."""
    joined, taken = "", 0
    for said in texts:
        words = _shown(draft, said, code)
        between = " " if taken and texts[taken - 1].long else "\n"
        longer = f"{joined}{between}{words}" if taken else words
        if taken and len(longer) > staff_texts.CUT:
            break
        joined, taken = longer, taken + 1
    return joined[: staff_texts.CUT + 90], texts[:taken]


def _shown(draft: Draft, said: Said, code: str) -> str:
    words = draft.world.unseal(said.body)
    parts = ["[a text that can't be read here]" if words is None else words.strip()]
    if said.media:
        parts.append(staff_texts.media_note(said.media))
    if said.asks_call:
        parts.append(staff_texts.asks_call(code))
    if said.asks_quiet:
        parts.append(staff_texts.asks_quiet(code))
    return " ".join(part for part in parts if part) or "[an empty text]"

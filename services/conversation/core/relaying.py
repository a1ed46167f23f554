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
        asks = dict.fromkeys(note for said in texts for note in _asks(said, hold.code))
        told, taken = [staff_texts.unshown(hold.code, len(texts), tuple(asks))], texts
    else:
        joined, taken = _joined(draft, texts, hold.code)
        told = staff_texts.pieces(hold.code, joined)
    upto = taken[-1].evidence
    for piece in told[:-1]:
        # Nothing of it counts as brought before its last piece is.
        draft.to_staff(Purpose.RELAY, one.responder, piece, order=upto)
    draft.to_staff(Purpose.RELAY, one.responder, told[-1], order=upto, upto=upto)


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
    return joined, texts[:taken]


def _shown(draft: Draft, said: Said, code: str) -> str:
    words = draft.world.unseal(said.body)
    parts = ["[a text that can't be read here]" if words is None else words.strip()]
    if said.media:
        parts.append(staff_texts.media_note(said.media))
    parts += _asks(said, code)
    return " ".join(part for part in parts if part) or "[an empty text]"


def _asks(said: Said, code: str) -> list[str]:
    """What they ask for, in our words: it may be told where theirs may not."""
    asks = [staff_texts.asks_call(code)] if said.asks_call else []
    asks += [staff_texts.asks_quiet(code)] if said.asks_quiet else []
    return asks + ([staff_texts.asks_record(code)] if said.asks_record else [])

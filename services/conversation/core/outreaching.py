"""Texts that begin with us: asked for by other services, sent if they may be, and ended in any case.

Theory: what may be sent is judged anew each time it could go out (`judged`), for what is true then:
it goes, it waits for an hour, or it ends and whoever asked is told why. While it waits an alarm stands
for it. These texts answer nothing, so no machine's answer causes one, and the loop guard does not count
them; a pause that the guard or the patient has brought about holds them back all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from contracts.conversations import AnswerFailed, AnswerStage, AnswerWaiting, Purpose
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachEnded, OutreachKind, Withheld
from contracts.privacy import Texting
from contracts.values import Sealed, Urgency
from services.conversation.core import languages
from services.conversation.core.draft import Draft
from services.conversation.core.state import OUTREACH_KEPT, Answer, Conversation, Reaching
from services.conversation.core.world import World

NEUTRAL = frozenset({OutreachKind.MISSED, OutreachKind.FOLLOW_UP, OutreachKind.CARING})
"""Kinds whose wording tells a stranger nothing."""
WAITS = "waits"
"""Our own code: it was about to be sent, and waits again."""
_OWN = frozenset(one.value for one in Withheld)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before that moment."""

    until: datetime


Judgement = Wait | Withheld | None
"""None: it may be sent now."""


def asked(draft: Draft, ask: OutreachAsked) -> None:
    """Take in what another service asks for; the same id twice changes nothing."""
    state = draft.state
    if ask.outreach in state.outreach_over or _one(state, ask.outreach) is not None:
        return
    if len(state.outreach) >= OUTREACH_KEPT:
        _end(draft, ask, Withheld.TOO_MANY)
        return
    draft.add(ask)
    reach_out(draft)


def dropped(draft: Draft, drop: OutreachDropped) -> None:
    """It is wanted no more. What the carrier may have is not called back; what was never heard of is over."""
    state = draft.state
    one = _one(state, drop.outreach)
    if drop.outreach in state.outreach_over or (one is not None and one.dropped):
        return
    if one is None:
        draft.add(OutreachEnded(at=draft.now, outreach=drop.outreach, withheld=Withheld.DROPPED))
        return
    draft.add(drop)
    out = _out(state, drop.outreach)
    if out is None or not out.under_way:
        _end(draft, one.asked, Withheld.DROPPED)
    elif out.stage is AnswerStage.WAITING:
        draft.add(AnswerFailed(at=draft.now, answer=out.id, code=Withheld.DROPPED.value))


def reach_out(draft: Draft) -> None:
    """Let what may be sent now wait for its turn, and end what may not."""
    for one in pending(draft.state):
        match judged(draft.state, draft.world, draft.now, one):
            case None:
                _send(draft, one.asked)
            case Withheld() as why:
                _end(draft, one.asked, why)
            case Wait():
                pass


def moment(state: Conversation, world: World, now: datetime) -> datetime | None:
    """Return when to look again at what waits; None: nothing does."""
    judgements = [judged(state, world, now, one) for one in pending(state)]
    return min((each.until if isinstance(each, Wait) else now for each in judgements), default=None)


def pending(state: Conversation) -> tuple[Reaching, ...]:
    """Return what was asked for and is not on its way."""
    going = {one.outreach for one in state.outbox if one.under_way}
    return tuple(one for one in state.outreach if one.asked.outreach not in going)


def hindered(draft: Draft, answer: Answer) -> str:
    """Return why a text must not go out that was about to: our own code; empty: it may."""
    one = _one(draft.state, answer.outreach or "")
    judgement = judged(draft.state, draft.world, draft.now, one) if one is not None else Withheld.DROPPED
    match judgement:
        case None:
            return ""
        case Wait():
            return WAITS
        case Withheld() as why:
            return why.value


def conclude(draft: Draft) -> None:
    """End what the carrier took or refused, however that became known."""
    for one in draft.state.outreach:
        out = _out(draft.state, one.asked.outreach)
        match out.stage if out is not None else None:
            case AnswerStage.ACCEPTED | AnswerStage.DELIVERED:
                _end(draft, one.asked, None)
            case AnswerStage.FAILED if out is not None and (out.code != WAITS or one.dropped):
                _end(draft, one.asked, Withheld.DROPPED if one.dropped else _why(out.code))
            case _:
                pass


def failed(draft: Draft, answer: Answer) -> None:
    """Tell whoever asked that a text did not arrive which they were told had been taken."""
    if answer.outreach is not None and answer.accepted_at is not None:
        draft.add(
            OutreachEnded(
                at=draft.now, outreach=answer.outreach, kind=answer.reaches, withheld=Withheld.UNDELIVERED
            )
        )


def judged(state: Conversation, world: World, now: datetime, one: Reaching) -> Judgement:
    """Return whether it may be sent now, when it may be, or why it may not."""
    ask, reach = one.asked, world.reach
    for withheld, holds in (
        (Withheld.DROPPED, one.dropped),
        (Withheld.OPTED_OUT, state.opted_out or reach.opted_out),
        (Withheld.NO_PHONE, _phone(state, world) is None),
        # 45 CFR 164.522(b), clinical.md 4d: whoever we text first was warned, and wants it all the same.
        (Withheld.NO_CONSENT, not reach.consents),
        (Withheld.TOO_LATE, now >= ask.send_by),
        (Withheld.CRISIS_OPEN, not ask.during_crisis and _in_crisis(state)),
        (Withheld.REFUSED, _words(world, ask) is None),
    ):
        if holds:
            return withheld
    return _hour(state, world, now, ask)


def _hour(state: Conversation, world: World, now: datetime, ask: OutreachAsked) -> Judgement:
    earliest = now
    if state.muted_until is not None and state.is_muted(now):
        earliest = state.muted_until
        if earliest >= ask.send_by:
            return Withheld.PAUSED
    allowed = _allowed(ask)
    at = world.reach.texting_from(earliest, allowed)
    if at is None or at >= ask.send_by:
        return Withheld.NOT_SAFE if world.texting not in allowed else Withheld.QUIET_HOURS
    return Wait(at) if at > now else None


def _allowed(ask: OutreachAsked) -> frozenset[Texting]:
    """Whoever may read along: words that were written for this patient are never neutral."""
    neutral = ask.kind in NEUTRAL and ask.sealed is None
    return frozenset({Texting.FREE, Texting.NEUTRAL} if neutral else {Texting.FREE})


def _in_crisis(state: Conversation) -> bool:
    """Whether an escalation is open; a routine one pages nobody and is a line in a worklist."""
    hold = state.hold
    return hold is not None and hold.open and hold.urgency is not Urgency.ROUTINE


def _send(draft: Draft, ask: OutreachAsked) -> None:
    phone, words = _phone(draft.state, draft.world), _words(draft.world, ask)
    if phone is None or words is None:
        return
    draft.add(
        AnswerWaiting(
            at=draft.now,
            answer=f"t{draft.state.serial + 1}",
            text="",
            phone=phone,
            send_by=ask.send_by,
            purpose=Purpose.OUTREACH,
            sealed=words if isinstance(words, Sealed) else draft.world.seal(words),
            order=max((one.order for one in draft.state.outbox if one.to is None), default=0),
            outreach=ask.outreach,
            reaches=ask.kind,
        )
    )


def _words(world: World, ask: OutreachAsked) -> str | Sealed | None:
    if ask.sealed is not None:
        return ask.sealed
    if ask.kind in (OutreachKind.EDUCATION, OutreachKind.SAFETY_PLAN):
        return None
    return languages.reaching(world.phrases, ask.kind, ask.variant, ask.args)


def _phone(state: Conversation, world: World) -> Sealed | None:
    return world.reach.phone or state.phone


def _one(state: Conversation, outreach: str) -> Reaching | None:
    return next((one for one in state.outreach if one.asked.outreach == outreach), None)


def _out(state: Conversation, outreach: str) -> Answer | None:
    """Return the latest text of that outreach."""
    return next((one for one in reversed(state.outbox) if one.outreach == outreach), None)


def _end(draft: Draft, ask: OutreachAsked, why: Withheld | None) -> None:
    draft.add(OutreachEnded(at=draft.now, outreach=ask.outreach, kind=ask.kind, withheld=why))


def _why(code: str) -> Withheld:
    match code:
        case "21610":
            # Twilio: the recipient replied STOP to this sender.
            return Withheld.OPTED_OUT
        case word if word in _OWN:
            return Withheld(word)
        case _:
            return Withheld.REFUSED

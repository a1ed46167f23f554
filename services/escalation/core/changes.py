"""Changes of state around signals, steps and pages, one function per event; only `evolve` calls them."""

from typing import Any

from contracts.escalations import (
    BridgeRequested,
    EscalationStatus,
    Opened,
    PageEnded,
    PageRequested,
    PageWithdrawn,
    ResponderTold,
    Reviewed,
    SignalJoined,
    SignalNoted,
    SignalSkipped,
    StepSkipped,
    StepStarted,
    UrgencyRaised,
)
from services.escalation.core import hold_changes
from services.escalation.core.state import (
    CODES_KEPT,
    EARLIER_SIGNALS_KEPT,
    FOLLOWS_KEPT,
    PAST_KEPT,
    PageOut,
    PastRun,
    Run,
)


def opened(run: Run, event: Opened) -> Run:
    """A new run: of the one before only what must be remembered is kept."""
    signal = event.signal
    past = (*run.past, PastRun(run=run.run, code=run.code)) if run.run else run.past
    waits = EscalationStatus.WORKLIST if event.starts_at is None else EscalationStatus.WAITING
    in_the_morning = event.starts_at is not None and event.starts_at > event.at
    return Run(
        subject=run.subject,
        number=event.number,
        run=event.run,
        code=event.code,
        status=waits,
        kind=signal.kind,
        urgency=signal.urgency,
        policy=event.policy,
        policy_version=event.policy_version,
        therapist=event.therapist,
        language=event.language,
        tags=event.tags,
        room=signal.room,
        opened_at=event.at,
        evidence=1,
        not_to=signal.not_to,
        signals=(signal.id,),
        earlier_signals=(*run.earlier_signals, *run.signals)[-EARLIER_SIGNALS_KEPT:],
        starts_at=event.starts_at,
        also=signal.also_to if in_the_morning else (),
        review_at=event.review_at,
        past=past[-PAST_KEPT:],
        heard=run.heard,
        codes=run.codes,
        faults=run.faults,
        untold=run.untold,
        follows=run.follows,
        noted=run.noted,
    )


def signal_noted(run: Run, event: SignalNoted) -> Run:
    """What came later is remembered, as long as its signal may still be on its way."""
    return run.model_copy(
        update={
            "follows": (*run.follows, event.follow)[-FOLLOWS_KEPT:],
            "noted": (*run.noted, event.signal)[-FOLLOWS_KEPT:],
        }
    )


def signal_skipped(run: Run, event: SignalSkipped) -> Run:
    """It was heard, and changed nothing."""
    return run.model_copy(
        update={"earlier_signals": (*run.earlier_signals, event.signal)[-EARLIER_SIGNALS_KEPT:]}
    )


def signal_joined(run: Run, event: SignalJoined) -> Run:
    """New evidence: nothing that was answered before it covers it."""
    signal = event.signal
    evidence = run.evidence + 1
    rises = signal.urgency.rank > run.urgency.rank
    changed: dict[str, Any] = {
        "evidence": evidence,
        "signals": (*run.signals, signal.id),
        "not_to": tuple(dict.fromkeys((*run.not_to, *signal.not_to))),
        "room": signal.room or run.room,
        "kind": signal.kind if rises else run.kind,
        "urgency_from": evidence if rises else run.urgency_from,
    }
    if run.unsigned is not None:
        changed |= {"unsigned": None, **hold_changes.breathing(run, event.at)}
    if run.status is EscalationStatus.REACHED and signal.urgency in hold_changes.LOUD:
        # Contact made before it says nothing about it: the patient must be reached anew.
        changed |= {**hold_changes.NO_ANSWERS, "status": EscalationStatus.HELD, "idle_asked_at": None}
        changed |= {"contact_by": event.at + run.rules.reach_within, "active_at": event.at}
    return run.model_copy(update=changed)


def urgency_raised(run: Run, event: UrgencyRaised) -> Run:
    """The run starts anew, some in the morning; whoever holds it stays holder at the lower urgency."""
    waits = event.starts_at is not None
    begins = EscalationStatus.WAITING if waits else EscalationStatus.PAGING
    return run.model_copy(
        update={
            **hold_changes.NO_ANSWERS,
            **hold_changes.QUIET_CLOCKS,
            "giving": None,
            "helpers": (),
            "urgency": event.urgency,
            "policy": event.policy,
            "policy_version": event.policy_version,
            "status": begins if run.holder is None else EscalationStatus.HELD,
            "starts_at": event.starts_at,
            "review_at": None,
            "step_ends_at": None if waits else run.step_ends_at,
        }
    )


def step_started(run: Run, event: StepStarted) -> Run:
    """People are looked for; a run that somebody holds stays held meanwhile."""
    begins = run.status in (EscalationStatus.WAITING, EscalationStatus.WORKLIST)
    return _at_step(run, event).model_copy(
        update={
            "turn": run.turn + 1,
            "round_found": True,
            "step_ends_at": event.ends_at,
            "status": EscalationStatus.PAGING if begins else run.status,
            "starts_at": None,
            "review_at": None,
        }
    )


def step_skipped(run: Run, event: StepSkipped) -> Run:
    """A step without anybody passed."""
    return _at_step(run, event)


def _at_step(run: Run, event: StepStarted | StepSkipped) -> Run:
    changed: dict[str, Any] = {"round": event.round, "step": event.step, "from_first": False, "also": ()}
    if event.step == 0:
        changed |= {"round_began": event.at, "round_found": False, "gone": ()}
    return run.model_copy(update=changed)


def reviewed(run: Run, event: Reviewed) -> Run:
    """The next look at a worklist entry, or when people are paged who cannot be paged now."""
    if run.status is EscalationStatus.WORKLIST:
        return run.model_copy(update={"review_at": event.next_at})
    begins = run.status is EscalationStatus.WAITING
    return run.model_copy(
        update={
            "step_ends_at": event.next_at,
            "from_first": event.from_first,
            "also": event.also,
            "starts_at": None,
            "status": EscalationStatus.PAGING if begins else run.status,
        }
    )


def towards_paging(
    run: Run, event: PageRequested | PageWithdrawn | PageEnded | ResponderTold | BridgeRequested
) -> Run:
    """Keep the pages still out, and count what was asked of paging."""
    match event:
        case PageRequested():
            turn = run.turn if event.given_by is None else -1
            page = PageOut(page=event.page, responder=event.responder, turn=turn)
            return run.model_copy(update={"serial": run.serial + 1, "out": (*run.out, page)})
        case PageWithdrawn():
            return run.model_copy(update={"out": hold_changes.without(run, event.page)})
        case PageEnded():
            return run.model_copy(
                update={
                    "out": hold_changes.without(run, event.page),
                    "gone": tuple(dict.fromkeys((*run.gone, event.responder))),
                    "codes": (*run.codes, *event.codes)[-CODES_KEPT:],
                }
            )
        case BridgeRequested():
            bridged = run.bridged or not event.contact
            return run.model_copy(update={"serial": run.serial + 1, "bridged": bridged})
        case ResponderTold():
            return run.model_copy(update={"serial": run.serial + 1})

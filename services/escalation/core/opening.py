"""Signals: a run opens, a signal joins it, its urgency rises, or the patient turns out another."""

from datetime import timedelta

from contracts.escalations import (
    ContactOverdue,
    Merged,
    Opened,
    SignalJoined,
    SignalSkipped,
    Telling,
    UrgencyRaised,
)
from contracts.policies import Policy, Step, Target
from contracts.signals import HOLD_LAPSED, Signal
from contracts.values import Urgency
from services.escalation.core import drill, following, holding, hours, routing, steps, telling
from services.escalation.core.draft import Draft
from services.escalation.core.faults import raise_fault

LAST_RESORT = Policy(
    id="last-resort",
    title="No policy applied: everyone is paged",
    order=10_000,
    steps=(Step(page=(Target(everyone=True),), wait=timedelta(minutes=3)),),
    reach_within=timedelta(minutes=15),
)
"""What applies when no policy does. 3 minutes a step, contact within 15: the figures of imminent
ones (Colorado Access: emergency by phone within 15 minutes)."""


def signal_heard(draft: Draft, signal: Signal) -> None:
    """Open a run, or join the open one; a signal already heard changes nothing."""
    run = draft.run
    if signal.id in run.signals or signal.id in run.earlier_signals:
        return
    if not run.open and following.was_withdrawn(run, signal):
        draft.add(SignalSkipped(at=draft.now, signal=signal.id))
        return
    if not run.open:
        _open(draft, signal)
        return
    draft.add(SignalJoined(at=draft.now, signal=signal))
    if signal.urgency.rank > run.urgency.rank:
        _raise(draft, signal)
    elif run.holder is not None and HOLD_LAPSED in signal.tags:
        _start_again(draft)
    elif run.holder is not None:
        holding.tell_holder(draft, Telling.NEW_SIGNAL, kind=signal.kind.value, urgency=signal.urgency.value)


def merge(draft: Draft, into: str) -> None:
    """Close the open run of a patient who was linked to another; that one's goes on."""
    if not draft.run.open:
        return
    telling.withdraw_all(draft, "closed")
    draft.add(Merged(at=draft.now, into=into))


def _open(draft: Draft, signal: Signal) -> None:
    run, now, world = draft.run, draft.now, draft.world
    number = run.number + 1
    policy = _policy(draft, signal)
    worklist = not policy.steps
    draft.add(
        Opened(
            at=now,
            run=f"{run.about}-{number}",
            number=number,
            code=world.code,
            signal=signal,
            policy=policy,
            policy_version=world.policies.version,
            therapist=world.therapist,
            language=world.language,
            starts_at=None if worklist else hours.paging_begins(policy, signal.urgency, now),
            review_at=now + policy.resolve_within if worklist else None,
            tags=world.patient_tags or (),
        )
    )
    _report_last_resort(draft, policy, signal)
    if draft.run.is_drill:
        drill.begin(draft)
    elif draft.run.starts_at == now:
        steps.start_over(draft, also=signal.also_to)


def _start_again(draft: Draft) -> None:
    """The holder did not answer the patient, or can't be texted: they are paged like anybody else."""
    holder = draft.run.holder
    draft.add(ContactOverdue(at=draft.now, why="contact_overdue"))
    steps.start_over(draft, also=(holder,) if holder is not None else ())


def _raise(draft: Draft, signal: Signal) -> None:
    """Page anew from step 1, whoever holds it; pages of the lower urgency cover nothing now.

    In the quiet hours of the policy in the morning, as an opening; at once if somebody holds it.
    """
    world = draft.world
    policy = _policy(draft, signal)
    begins = hours.paging_begins(policy, signal.urgency, draft.now)
    waits = begins > draft.now and draft.run.holder is None
    draft.add(
        UrgencyRaised(
            at=draft.now,
            urgency=signal.urgency,
            policy=policy,
            policy_version=world.policies.version,
            starts_at=begins if waits else None,
        )
    )
    _report_last_resort(draft, policy, signal)
    telling.withdraw_all(draft, "superseded")
    if draft.run.is_drill:
        drill.begin(draft)
        return
    if waits:
        return
    steps.start_over(draft, at_once=True)
    holder = draft.run.holder
    if holder is not None and holder not in draft.paged:
        telling.tell(draft, holder, Telling.MORE_URGENT, urgency=signal.urgency.value)


def _policy(draft: Draft, signal: Signal) -> Policy:
    """The first that applies to the signal and its patient; if the record can't be read, as it was."""
    world = draft.world
    patient = draft.run.tags if world.patient_tags is None and draft.run.open else world.patient_tags or ()
    tags = tuple(dict.fromkeys((*signal.tags, *patient)))
    routed = routing.route(world.policies, signal.kind, signal.urgency, tags, draft.now)
    return drill.policy_for(signal) or routed.policy or LAST_RESORT


def _report_last_resort(draft: Draft, policy: Policy, signal: Signal) -> None:
    if policy is LAST_RESORT:
        raise_fault(
            draft,
            "policies",
            f"no policy for {signal.kind} {signal.urgency}",
            f"No policy applies to {signal.kind} signals that are {signal.urgency}; everyone was paged. "
            "Add a policy that applies to all.",
            Urgency.IMMINENT,
        )

"""What takes too long, and what may be asked of nobody in the time that is left."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from contracts.policies import Hours, Policy
from contracts.values import Kind, Urgency
from services.programme.linting.finding import Finding
from services.programme.linting.limits import LONGEST_QUIET, SHORTEST_WAIT, limits_of, said
from services.programme.linting.signals import Space

LOUD = frozenset({Urgency.IMMINENT, Urgency.URGENT})


def clinical_urgencies(space: Space, policy: Policy) -> frozenset[Urgency]:
    """Return the urgencies of what it gets about patients; a fault of Vigil itself is no risk of theirs."""
    return frozenset(u for kind, u in space.signals(policy) if kind is not Kind.SYSTEM_FAULT)


def waits(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find steps that wait longer than the urgency allows, or too short for anybody to answer."""
    signals = space.signals(policy)
    limits = limits_of(signals)
    by_day = min(limits, key=lambda limit: limit.wait, default=None)
    by_night = min(limits, key=lambda limit: limit.wait_at_night, default=None)
    loud = any(urgency in LOUD for _, urgency in signals)
    for number, step in enumerate(policy.steps, 1):
        night = step.wait_at_night if step.wait_at_night is not None else step.wait
        if by_day and step.wait > by_day.wait:
            most = f"{said(by_day.wait)} is the most ({by_day.source})"
            yield Finding("P04", f"waits {said(step.wait)}; for its urgency {most}", policy.id, number)
        elif by_night and night > by_night.wait_at_night:
            most = f"{said(by_night.wait_at_night)} is the most ({by_night.source})"
            yield Finding("P04", f"waits {said(night)} at night; for its urgency {most}", policy.id, number)
        shortest = min(step.wait, night)
        if loud and shortest < SHORTEST_WAIT:
            sentence = f"waits {said(shortest)}, in which few can wake and answer; give it 2 min or more"
            yield Finding("P05", sentence, policy.id, number)


def imminent(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find what makes an imminent risk wait longer at night, or closes it without a second person."""
    if not policy.steps or Urgency.IMMINENT not in clinical_urgencies(space, policy):
        return
    for number, step in enumerate(policy.steps, 1):
        if step.wait_at_night is not None and step.wait_at_night > step.wait:
            sentence = "waits longer at night, and an imminent risk has no night; remove `wait_at_night`"
            yield Finding("P06", sentence, policy.id, number, blocking=True)
    if policy.second_signature is False:
        sentence = "lets one person close an imminent risk; remove `second_signature: false`"
        yield Finding("P13", sentence, policy.id)


def contact(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find a time to contact that clinical defaults exceed."""
    limits = limits_of(pair for pair in space.signals(policy) if pair[0] is not Kind.SYSTEM_FAULT)
    limit = min(limits, key=lambda one: one.reach, default=None)
    if limit is not None and policy.reach_within > limit.reach:
        now, most = said(policy.reach_within), said(limit.reach)
        sentence = f"`reach_within` is {now}; for its signals {most} is the most ({limit.source})"
        yield Finding("P10", sentence, policy.id)


def quiet_hours(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find quiet hours that are none, are very long, or hold back somebody at high risk."""
    if policy.hours is None:
        return
    length = _length(policy.hours)
    if not length:
        sentence = "`hours` begin and end at the same time, so nothing ever waits; correct or remove them"
        yield Finding("P16", sentence, policy.id)
    elif length > LONGEST_QUIET:
        sentence = f"`hours` are quiet for {said(length)}; more than {said(LONGEST_QUIET)} is no night"
        yield Finding("P16", sentence, policy.id)
    cases = space.cases(policy, frozenset({"high_risk"}))
    # A fault of the system is about no patient.
    waiting = (c for c in cases if c.urgency is Urgency.SOON and c.kind is not Kind.SYSTEM_FAULT)
    case = next(waiting, None)
    if case is not None:
        sentence = (
            f"makes high-risk patients wait for the morning too ({case.kind.value}); "
            "give them an earlier policy with `tags: [high_risk]` and without `hours` (6g)"
        )
        yield Finding("P15", sentence, policy.id)


def _length(hours: Hours) -> timedelta:
    day = date(2026, 1, 5)
    start, end = (datetime.combine(day, clock) for clock in (hours.quiet_from, hours.until))
    return end - start if end >= start else end + timedelta(days=1) - start

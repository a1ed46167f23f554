"""Which policy a signal gets: none, one by chance, or another by the hour."""

import difflib
from collections.abc import Iterator
from itertools import combinations

from contracts.policies import Policy
from contracts.values import Kind, Urgency
from services.programme.linting.finding import Finding
from services.programme.linting.limits import said
from services.programme.linting.roster import Roster
from services.programme.linting.signals import Case, Space, overlap

DERIVED = ("high_risk", "minor", "recent_discharge")
PREFIXES = ("language", "programme", "site")
"""Tags that Vigil itself gives a patient, and the first halves of those that name something."""


def no_last_resort(space: Space) -> Iterator[Finding]:
    """Find that no policy is for everything."""
    if space.last is not None:
        return
    case = space.unmatched()
    example = f" ({case}, for one)" if case else ""
    sentence = f"no policy is without `applies`, so a signal nobody thought of{example} has none; add one"
    yield Finding("P01", sentence, blocking=True)


def unreachable(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find that earlier policies take everything this one is for."""
    if space.won[policy.id] or policy is space.last:
        return
    sentence = "earlier policies take every signal it is for; give it a lower `order` or remove it"
    yield Finding("P02", sentence, policy.id)


def by_hours(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find that an imminent risk has this policy at some hours only, and a slower one or none at others."""
    if not policy.applies.during:
        return
    for case in space.won[policy.id]:
        if case.urgency is not Urgency.IMMINENT or case.kind is Kind.SYSTEM_FAULT:
            continue
        others = [space.winner(case, at) for at in space.moments.values()]
        if None in others:
            sentence = f"is the only one for {case}, at some hours; add one for the others"
            yield Finding("P07", sentence, policy.id, blocking=True)
            return
        slow = next((other for other in others if other and _slower(other, policy)), None)
        if slow is not None:
            yield _slower_at_other_hours(policy, slow, case)
            return


def same_order(space: Space) -> Iterator[Finding]:
    """Find two policies of one `order` that are both for some signal: their names decide."""
    for one, other in combinations(space.ordered, 2):
        if one.order == other.order and overlap(one, other, space.moments):
            sentence = (
                f"has the `order` of {other.id} ({one.order}) and is for some of the same signals, "
                "so the alphabet decides; give one of them another"
            )
            yield Finding("P17", sentence, one.id)


def doubtful_tags(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Find tags that no patient is likely ever to have."""
    applies = policy.applies
    for tag in dict.fromkeys((*applies.tags, *applies.all_tags, *applies.without_tags)):
        if doubt := _doubt(tag, roster):
            yield Finding("P18", f"asks for the tag `{tag}`; {doubt}", policy.id)


def _slower(other: Policy, policy: Policy) -> bool:
    if not other.steps or not policy.steps:
        return bool(policy.steps)
    first, its_first = other.steps[0], policy.steps[0]
    waits = [max(step.wait, step.wait_at_night or step.wait) for step in (first, its_first)]
    return waits[0] > waits[1] or other.reach_within > policy.reach_within


def _slower_at_other_hours(policy: Policy, slow: Policy, case: Case) -> Finding:
    wait = slow.steps[0].wait if slow.steps else slow.resolve_within
    sentence = (
        f"is for {case} at some hours only; at others {slow.id} is slower "
        f"(first wait {said(wait)}, contact within {said(slow.reach_within)}); "
        "an imminent risk has no office hours"
    )
    return Finding("P07", sentence, policy.id)


def _doubt(tag: str, roster: Roster) -> str:
    if tag in DERIVED:
        return ""
    first, colon, second = tag.partition(":")
    if colon and first in PREFIXES:
        if first == "site" and second not in roster.sites:
            return f"nobody and no schedule is at a site `{second}`; correct it, or set up the site"
        if first == "language" and not (len(second) == 2 and second.isalpha() and second.islower()):
            return "a language is two small letters, such as `language:es`"
        return ""
    known = [*DERIVED, *(f"{prefix}:" for prefix in PREFIXES)]
    near = difflib.get_close_matches(tag.lower().replace("-", "_"), known, n=1, cutoff=0.8)
    if not near and colon:
        near = difflib.get_close_matches(f"{first.lower()}:", known, n=1, cutoff=0.7)
    return f"did you mean `{near[0]}`?" if near else ""

"""Which policies a signal may fall under: every kind, urgency and set of tags that is routed differently.

Tags are decided only when a policy asks for them, so what is looked at grows with what the
policies tell apart and not with the number of all sets. Of tags such as `site:north` a patient
has one of each sort.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contracts.policies import Policy, PolicySet
from contracts.values import Kind, Urgency
from services.escalation.core.opening import LAST_RESORT
from services.escalation.coverage import edges
from services.escalation.coverage.instants import Span, moment
from services.escalation.coverage.limits import LIMITS, Limit, limit_of

Tags = dict[str, bool]


@dataclass(frozen=True)
class Route:
    """Signals that are all treated alike."""

    urgency: Urgency
    kinds: tuple[Kind, ...]
    tags: tuple[str, ...]
    """One set of tags that is routed so."""
    chain: tuple[Policy, ...]
    """The policies in the order in which they are tried: all but the last hold at some hours only.
    The last one is `LAST_RESORT` when no policy holds at every hour."""
    limit: Limit | None


def routes(policies: PolicySet, limits: Sequence[Limit] = LIMITS) -> tuple[Route, ...]:
    """Return every route there is, most urgent first."""
    ordered = policies.ordered
    kinds: dict[tuple[Urgency, int, tuple[str, ...]], list[Kind]] = {}
    found: dict[tuple[Urgency, int, tuple[str, ...]], Route] = {}
    for urgency in sorted(Urgency, key=lambda one: -one.rank):
        for kind in Kind:
            limit = limit_of(kind, urgency, limits)
            asked = [policy for policy in ordered if _may_be_for(policy, kind, urgency)]
            for chain, tags in _chains(asked, kind, urgency, {}):
                number = limits.index(limit) if limit is not None else -1
                key = (urgency, number, tuple(policy.id for policy in chain))
                kinds.setdefault(key, []).append(kind)
                found.setdefault(key, Route(urgency, (), tags, chain, limit))
    return tuple(
        Route(route.urgency, tuple(dict.fromkeys(kinds[key])), route.tags, route.chain, route.limit)
        for key, route in found.items()
    )


def spans(route: Route, start: int, end: int) -> list[tuple[Policy, Span]]:
    """Return which policy of the route holds when, between two instants."""
    if len(route.chain) == 1:
        return [(route.chain[0], (start, end))]
    cuts = sorted({start, end, *(cut for one in route.chain for cut in edges.of_during(one, start, end))})
    found: list[tuple[Policy, Span]] = []
    for begin, finish in pairwise(cuts):
        holds = _holding(route, begin)
        if found and found[-1][0] is holds:
            found[-1] = (holds, (found[-1][1][0], finish))
        else:
            found.append((holds, (begin, finish)))
    return found


def _holding(route: Route, at: int) -> Policy:
    when, kind = moment(at), route.kinds[0]
    fits = (policy for policy in route.chain if policy.matches(kind, route.urgency, route.tags, when))
    return next(fits, LAST_RESORT)


def _may_be_for(policy: Policy, kind: Kind, urgency: Urgency) -> bool:
    applies = policy.applies
    return (not applies.kinds or kind in applies.kinds) and (
        not applies.urgencies or urgency in applies.urgencies
    )


def _chains(
    policies: Sequence[Policy], kind: Kind, urgency: Urgency, known: Tags
) -> Iterator[tuple[tuple[Policy, ...], tuple[str, ...]]]:
    """Yield every chain of policies that some set of tags leads to, with one such set."""
    if not policies:
        yield (LAST_RESORT,), _true(known)
        return
    policy, *others = policies
    if _ruled_out(policy, known):
        yield from _chains(others, kind, urgency, known)
        return
    open_tag = next((tag for tag in _asked(policy) if tag not in known), None)
    if open_tag is not None:
        for holds in (True, False) if _may_hold(known, open_tag) else (False,):
            yield from _chains(policies, kind, urgency, {**known, open_tag: holds})
        return
    if not policy.matches(kind, urgency, _true(known)):
        yield from _chains(others, kind, urgency, known)
    elif policy.applies.during:
        for chain, tags in _chains(others, kind, urgency, known):
            yield (policy, *chain), tags
    else:
        yield (policy,), _true(known)


def _asked(policy: Policy) -> tuple[str, ...]:
    applies = policy.applies
    return (*applies.without_tags, *applies.all_tags, *applies.tags)


def _ruled_out(policy: Policy, known: Tags) -> bool:
    """Whether what is known already says no: then the tags that are open need no answer."""
    applies = policy.applies
    return (
        any(known.get(tag) is True for tag in applies.without_tags)
        or any(known.get(tag) is False for tag in applies.all_tags)
        or (bool(applies.tags) and all(known.get(tag) is False for tag in applies.tags))
    )


def _may_hold(known: Tags, tag: str) -> bool:
    """Whether a patient may have it too: of sites, languages and programmes they have one each."""
    sort = tag.partition(":")[0] + ":" if ":" in tag else ""
    return not sort or not any(holds and other.startswith(sort) for other, holds in known.items())


def _true(known: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(tag for tag, holds in known.items() if holds)

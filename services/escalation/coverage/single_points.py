"""Single points: one person, or people with one phone, standing at two places at the same moment.

They count once: whoever relies on two steps, or on two sites, relies on one. A schedule that a
policy names twice on purpose is no single point; two different targets that mean the same are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from contracts.policies import Policy
from contracts.values import Urgency
from services.escalation.coverage import counting
from services.escalation.coverage.board import Board
from services.escalation.coverage.instants import Span, instant, moment, union
from services.escalation.coverage.ladder import Ladder
from services.escalation.coverage.plan import Plan


@dataclass(frozen=True)
class SinglePoint:
    """Somebody who stands at two places, and when (UTC)."""

    people: tuple[str, ...]
    """One person, or all who have a phone in common with them."""
    places: tuple[str, ...]
    """The targets or sites that mean the same."""
    policies: tuple[str, ...]
    """Policies with steps for those targets; empty when it is about sites."""
    spans: tuple[tuple[datetime, datetime], ...]


def find(plan: Plan, start: datetime, end: datetime) -> tuple[SinglePoint, ...]:
    """Return every single point between two moments, the earliest first."""
    board = Board(plan, instant(start), instant(end))
    counted = counting.answerers(plan.people)
    spans: dict[tuple[str, tuple[str, ...]], list[Span]] = {}
    policies: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for policy in plan.policies.policies:
        for who, places, held in _at_two_steps(board, policy, counted):
            spans.setdefault((who, places), []).append(held)
            policies.setdefault((who, places), set()).add(policy.id)
    for who, places, held in _at_two_sites(board, plan, counted):
        spans.setdefault((who, places), []).append(held)
    groups = {group[0]: group for group in counting.shared(plan.people)}
    found = [
        SinglePoint(
            people=groups.get(who, (who,)),
            places=places,
            policies=tuple(sorted(policies.get((who, places), ()))),
            spans=tuple((moment(a), moment(b)) for a, b in union(held)),
        )
        for (who, places), held in spans.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.spans[0][0], one.people, one.places)))


def _at_two_steps(
    board: Board, policy: Policy, counted: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...], Span]]:
    ladder = Ladder(board, policy, Urgency.URGENT, None, counted)
    for at, end in ladder.states():
        end = min(end, board.end)
        standing: dict[str, dict[str, int]] = {}
        for step, one in enumerate(policy.steps):
            for target in one.page:
                if target.everyone or target.therapist or target.therapist_on_shift:
                    continue
                for who in ladder.meant_by(target, at):
                    standing.setdefault(who, {}).setdefault(target.label, step)
        for who, labels in standing.items():
            if len(set(labels.values())) > 1:
                yield who, tuple(labels), (at, end)


def _at_two_sites(
    board: Board, plan: Plan, counted: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...], Span]]:
    sited = sorted(name for name in plan.sites if name in plan.shifts)
    if len({plan.sites[name] for name in sited}) < 2:
        return
    cuts = [*sorted({cut for name in sited for cut in board.cuts(name)}), board.end]
    for at, end in pairwise(cuts):
        standing: dict[str, set[str]] = {}
        for name in sited:
            for who in board.on(name, at):
                if who in counted:
                    standing.setdefault(counted[who], set()).add(plan.sites[name])
        for who, sites in standing.items():
            if len(sites) > 1:
                yield who, tuple(f"site {site}" for site in sorted(sites)), (at, end)

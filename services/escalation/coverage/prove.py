"""The proof: every minute, every route, with nobody, one and two people not answering."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.policies import Policy
from contracts.values import Kind, Urgency
from services.escalation.core.opening import LAST_RESORT
from services.escalation.coverage import counting, explaining, figures, routes, single_points
from services.escalation.coverage.board import Board
from services.escalation.coverage.figures import Figure, Piece
from services.escalation.coverage.instants import Span, common, instant, length, moment, span, union, without
from services.escalation.coverage.ladder import Ladder, reach_of
from services.escalation.coverage.limits import LIMITS, WORST, Limit
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.result import Coverage, Hole, Row, Worst


def verify(plan: Plan, start: datetime, end: datetime, limits: Sequence[Limit] = LIMITS) -> Coverage:
    """Prove, for every signal from `start` until before `end`, how soon people are paged.

    The plan's shifts must reach beyond `end` by as long as its policies take.
    """
    proof = _Proof(plan, instant(start), instant(end))
    rows: list[Row] = []
    holes: list[Hole] = []
    for duty in _duties(plan, proof.start, proof.end, limits):
        if duty.policy is LAST_RESORT:
            holes += _no_policy(duty)
        elif duty.policy.steps:
            rows.append(proof.row(duty))
            holes += proof.holes(duty)
    return Coverage(
        start=start,
        end=end,
        policy_version=plan.policies.version,
        rows=tuple(sorted(rows, key=lambda row: (-row.urgency.rank, row.policy, row.kinds))),
        holes=tuple(sorted(holes, key=lambda hole: (hole.at, -hole.urgency.rank, hole.k, hole.policy))),
        single_points=single_points.find(plan, start, end),
        shared_phones=counting.shared(plan.people),
    )


@dataclass
class _Duty:
    """When a policy is what signals of one urgency and limit get."""

    policy: Policy
    urgency: Urgency
    limit: Limit | None
    kinds: tuple[Kind, ...]
    tags: tuple[str, ...]
    spans: list[Span]


def _duties(plan: Plan, start: int, end: int, limits: Sequence[Limit]) -> Iterator[_Duty]:
    found: dict[tuple[str, Urgency, Limit | None, tuple[str, ...]], _Duty] = {}
    for route in routes.routes(plan.policies, limits):
        for policy, held in routes.spans(route, start, end):
            missing = (*route.kinds, *route.tags) if policy is LAST_RESORT else ()
            key = (policy.id, route.urgency, route.limit, missing)
            duty = found.setdefault(key, _Duty(policy, route.urgency, route.limit, (), route.tags, []))
            duty.kinds = tuple(dict.fromkeys((*duty.kinds, *route.kinds)))
            duty.spans = union([*duty.spans, held])
    yield from found.values()


class _Proof:
    def __init__(self, plan: Plan, start: int, end: int) -> None:
        self.start, self.end = start, end
        self._plan = plan
        reach = max((reach_of(policy) for policy in plan.policies.policies), default=timedelta())
        self._board = Board(plan, start, end + length(reach))
        self._counted = counting.answerers(plan.people)
        self._done: dict[tuple[str, Urgency, str | None], tuple[Ladder, list[Piece]]] = {}

    def row(self, duty: _Duty) -> Row:
        """Return the worst of every figure."""
        judged = [one for _, one in self._pieces(duty)]
        return Row(
            urgency=duty.urgency,
            policy=duty.policy.id,
            kinds=duty.kinds,
            limit=duty.limit,
            within=tuple(_worst([(p, p.figures.within[k]) for p in judged]) for k in range(WORST + 1)),
            widest=_worst([(p, p.figures.widest) for p in judged]),
        )

    def holes(self, duty: _Duty) -> Iterator[Hole]:
        """Yield every span in which somebody would be paged too late, for the fewest who don't answer."""
        limit = duty.limit
        if limit is None:
            return
        told: list[Span] = []
        for k in range(min(limit.withstands, WORST) + 1):
            allowed = limit.within(k)
            late = [
                (late, ladder, piece)
                for ladder, piece in self._pieces(duty)
                if (late := piece.later_than(piece.figures.within[k], length(allowed)))[0] < late[1]
            ]
            fresh = without(union([one for one, _, _ in late]), told)
            for start, end in fresh:
                ladder, piece = next((r, p) for one, r, p in late if common([one], start, start + 1))
                after = piece.after(piece.figures.within[k], start)
                step, reason = explaining.explain(ladder, start, k, allowed)
                yield Hole(
                    code=f"V0{k + 1}",
                    at=moment(start),
                    until=moment(end),
                    urgency=duty.urgency,
                    policy=duty.policy.id,
                    step=step,
                    reason=reason,
                    k=k,
                    kinds=duty.kinds,
                    after=None if after is None else span(after),
                )
            told = union([*told, *fresh])

    def _pieces(self, duty: _Duty) -> Iterator[tuple[Ladder, Piece]]:
        """Yield the pieces of the time in which the policy holds, for every therapist there may be."""
        for therapist in self._therapists(duty.policy):
            ladder, found = self._found(duty.policy, duty.urgency, therapist)
            if duty.spans == [(self.start, self.end)]:
                yield from ((ladder, piece) for piece in found)
                continue
            for piece in found:
                for start, end in common(duty.spans, piece.start, piece.end):
                    yield ladder, Piece(start, end, piece.figures)

    def _found(self, policy: Policy, urgency: Urgency, therapist: str | None) -> tuple[Ladder, list[Piece]]:
        alike = _alike(policy, urgency)
        key = (policy.id, alike, therapist)
        if key not in self._done:
            ladder = Ladder(self._board, policy, alike, therapist, self._counted)
            self._done[key] = ladder, figures.pieces(ladder, self.start, self.end)
        return self._done[key]

    def _therapists(self, policy: Policy) -> tuple[str | None, ...]:
        added = (target for one in policy.repeat for target in one.add)
        asked = (target for step in policy.steps for target in step.page)
        if any(target.therapist or target.therapist_on_shift for target in (*asked, *added)):
            return (None, *self._plan.therapists)
        return (None,)


def _alike(policy: Policy, urgency: Urgency) -> Urgency:
    """Return an urgency for which the policy does the same, so that it is followed once for both."""
    if urgency is Urgency.IMMINENT:
        return urgency
    if policy.hours is None or urgency is Urgency.URGENT:
        return Urgency.URGENT
    return Urgency.SOON


def _worst(values: list[tuple[Piece, Figure | None]]) -> Worst:
    worst: tuple[int | None, int] | None = None
    for piece, figure in values:
        after = piece.after(figure, piece.start)
        if worst is None or _worse(after, worst[0]) or (after == worst[0] and piece.start < worst[1]):
            worst = after, piece.start
    after, at = worst if worst is not None else (None, 0)
    return Worst(None if after is None else span(after), moment(at))


def _worse(one: int | None, than: int | None) -> bool:
    return than is not None and (one is None or one > than)


def _no_policy(duty: _Duty) -> Iterator[Hole]:
    tags = f" with the tags {', '.join(duty.tags)}" if duty.tags else ""
    kinds = ", ".join(kind.value for kind in duty.kinds)
    for start, end in duty.spans:
        yield Hole(
            code="V04",
            at=moment(start),
            until=moment(end),
            urgency=duty.urgency,
            policy="",
            step=None,
            reason=f"no policy applies to {kinds}{tags}; everyone would be paged, and ops told",
            k=0,
            kinds=duty.kinds,
        )

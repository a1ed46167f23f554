"""Which signals each policy gets: kinds, urgencies, tags and hours, worked out without trying them all.

Only tags that some policy names matter, and only the moments at which some `during` begins or
ends. For each kind and urgency, and each set of spans that hold together, a small search looks
for tags with which a policy applies and no earlier one does. Two of a patient's sites, or of
their languages, may stand together: that claims too little unreachable, never too much.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.policies import Applies, Policy
from contracts.schedules import Window
from contracts.values import Kind, Urgency

Tags = frozenset[str]
_WEEKS = (datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC))
"""One week of winter time and one of summer time, for zones of which only one has it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One signal that a policy gets, as an example of all that are like it."""

    kind: Kind
    urgency: Urgency
    tags: Tags
    at: datetime

    def __str__(self) -> str:
        tags = f", tagged {' and '.join(sorted(self.tags))}" if self.tags else ""
        return f"{self.kind.value}, {self.urgency.value}{tags}"


class Space:
    """All signals there can be, shared out among the policies of one set."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.ordered = tuple(sorted(policies, key=lambda policy: (policy.order, policy.id)))
        self.moments = _moments(self.ordered)
        self.last = next((policy for policy in self.ordered if policy.applies == Applies()), None)
        """The last resort: the first policy that is for everything."""
        self.won = {policy.id: tuple(self.cases(policy)) for policy in self.ordered}

    def cases(self, policy: Policy, having: Tags = frozenset()) -> Iterator[Case]:
        """Yield the signals with (at least) these tags that no earlier policy takes from it."""
        earlier = self.ordered[: self.ordered.index(policy)]
        yield from self._cases(policy.applies, policy, earlier, having)

    def unmatched(self) -> Case | None:
        """Return a signal to which no policy applies, if there is one."""
        return next(self._cases(Applies(), None, self.ordered, frozenset()), None)

    def winner(self, case: Case, at: datetime) -> Policy | None:
        """Return the policy that such a signal gets at another moment."""
        return next((p for p in self.ordered if p.matches(case.kind, case.urgency, case.tags, at)), None)

    def signals(self, policy: Policy) -> frozenset[tuple[Kind, Urgency]]:
        """Return the kinds and urgencies it gets; those it names when it gets none.

        A last resort behind a complete set gets what nobody has thought of: anything.
        """
        won = frozenset((case.kind, case.urgency) for case in self.won[policy.id])
        return won or frozenset(_declared(policy.applies))

    def _cases(
        self, applies: Applies, policy: Policy | None, earlier: Sequence[Policy], having: Tags
    ) -> Iterator[Case]:
        known: dict[frozenset[str], Tags | None] = {}
        for kind, urgency in _declared(applies):
            rivals = [other for other in earlier if _takes(other.applies, kind, urgency)]
            for holding, at in self.moments.items():
                if policy is not None and policy.id not in holding:
                    continue
                now = [other for other in rivals if other.id in holding]
                names = frozenset(other.id for other in now)
                if names not in known:
                    known[names] = tags_past(applies, [other.applies for other in now], having)
                tags = known[names]
                if tags is not None:
                    yield Case(kind, urgency, tags, at)


def tags_past(applies: Applies, earlier: Iterable[Applies], having: Tags = frozenset()) -> Tags | None:
    """Return tags to which `applies` applies and none of the earlier ones does; None if there are none."""
    rivals = sorted(earlier, key=lambda one: len(one.all_tags) + len(one.without_tags) + bool(one.tags))
    starts = [frozenset({tag}) for tag in applies.tags] or [frozenset[str]()]
    if having & set(applies.tags):
        starts = [frozenset()]
    without = frozenset(applies.without_tags)
    for start in starts:
        found = _past(having | start | set(applies.all_tags), without, rivals)
        if found is not None:
            return found
    return None


def overlap(one: Policy, other: Policy, moments: Mapping[frozenset[str], datetime]) -> bool:
    """Return whether some signal at some moment falls under both."""
    if not any({one.id, other.id} <= holding for holding in moments):
        return False
    if not set(_declared(one.applies)) & set(_declared(other.applies)):
        return False
    without = {*one.applies.without_tags, *other.applies.without_tags}
    some = product(one.applies.tags or ("",), other.applies.tags or ("",))
    return any(not without & {*one.applies.all_tags, *other.applies.all_tags, *pair} for pair in some)


def _past(given: Tags, absent: Tags, rivals: Sequence[Applies]) -> Tags | None:
    if given & absent:
        return None
    for position, rival in enumerate(rivals):
        ways = _ways_past(rival, given, absent)
        if ways is None:
            continue
        rest = rivals[position + 1 :]
        tried = (_past(given | more, absent | never, rest) for more, never in ways)
        return next((found for found in tried if found is not None), None)
    return given


def _ways_past(rival: Applies, given: Tags, absent: Tags) -> list[tuple[Tags, Tags]] | None:
    """Return what to add or to rule out so that it does not apply; None when it does not already."""
    none: Tags = frozenset()
    some = frozenset(rival.tags)
    if absent & set(rival.all_tags) or given & set(rival.without_tags) or (some and some <= absent):
        return None
    ways = [(none, some)] if some and not some & given else []
    ways += [(none, frozenset({tag})) for tag in rival.all_tags if tag not in given]
    return ways + [(frozenset({tag}), none) for tag in rival.without_tags if tag not in absent]


def _takes(applies: Applies, kind: Kind, urgency: Urgency) -> bool:
    return (not applies.kinds or kind in applies.kinds) and (
        not applies.urgencies or urgency in applies.urgencies
    )


def _declared(applies: Applies) -> list[tuple[Kind, Urgency]]:
    return list(product(applies.kinds or tuple(Kind), applies.urgencies or tuple(Urgency)))


def _moments(policies: Sequence[Policy]) -> dict[frozenset[str], datetime]:
    """Return, for each set of policies whose `during` can hold together, a moment at which it does."""
    edges = {week for week in _WEEKS}
    for policy in policies:
        for window, week, day in product(policy.applies.during, _WEEKS, range(-1, 8)):
            edges.update(_edges(window, (week + timedelta(days=day)), policy.zone))
    inside = sorted(at for at in edges if any(week <= at < week + timedelta(days=7) for week in _WEEKS))
    found: dict[frozenset[str], datetime] = {}
    for at in inside:
        holding = frozenset(policy.id for policy in policies if _during(policy, at))
        found.setdefault(holding, at)
    return found


def _edges(window: Window, day: datetime, zone: str) -> Iterator[datetime]:
    try:
        here = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return
    # Midnight too: a span of certain days that lasts all day begins and ends there.
    for clock in (window.start, window.end, time(0, 0)):
        yield datetime.combine(day.date(), clock.replace(tzinfo=None), here).astimezone(UTC)


def _during(policy: Policy, at: datetime) -> bool:
    if not policy.applies.during:
        return True
    hours_only = policy.model_copy(update={"applies": Applies(during=policy.applies.during)})
    return hours_only.matches(Kind.SYSTEM_FAULT, Urgency.ROUTINE, (), at)

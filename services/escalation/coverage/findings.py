"""What was found, each with a constant code, a sentence, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.policies import Policy, Target
from services.escalation.coverage.ladder import reach_of
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.result import Coverage, Hole
from services.escalation.coverage.single_points import SinglePoint

NAMES: Mapping[str, str] = {
    "V01": "nobody_in_time",
    "V02": "one_silent",
    "V03": "two_silent",
    "V04": "no_policy",
    "V05": "two_steps",
    "V06": "two_sites",
    "V07": "one_phone",
    "V08": "not_compiled",
    "V09": "no_such_schedule",
    "V10": "gap",
    "V11": "not_reachable",
    "V12": "open_without_deadline",
    "V13": "overdue",
}
"""Code -> name. A code is never given to another finding. V01 to V04 are holes: nobody who can be
reached is paged in time, with nobody, one or two people not answering, or no policy applies. V08:
beyond some moment no shifts are known, so nothing is proved. The others name what makes holes:
one person at two steps or two sites, a phone that people share, a schedule that does not exist, a
gap in a schedule, somebody on a shift who can't be reached. V12 and V13 are of what is open at this
moment: nothing will act on it again, or it should have acted and did not."""


@dataclass(frozen=True)
class Finding:
    """One finding; `at` and `until` (UTC) are missing where it holds all the time."""

    code: str
    sentence: str
    blocking: bool = False
    at: datetime | None = None
    until: datetime | None = None
    times: int = 1
    """How many spans it holds in; `at` and `until` are those of the first."""

    @property
    def name(self) -> str:
        """The code in words."""
        return NAMES[self.code]


def of(coverage: Coverage, plan: Plan) -> tuple[Finding, ...]:
    """Return every finding: holes first, in the order of their dates."""
    return (
        *(_hole(hole) for hole in coverage.holes),
        *_not_compiled(coverage, plan),
        *_no_such_schedule(plan),
        *_not_reachable(coverage, plan),
        *(_shared(group) for group in coverage.shared_phones),
        *(_single(one) for one in coverage.single_points),
    )


def hole_sentence(hole: Hole) -> str:
    """Return a hole in one sentence: urgency, policy, step and reason."""
    where = f"policy {hole.policy}" if hole.policy else "no policy"
    step = f", step {hole.step}" if hole.step is not None else ""
    return f"{hole.urgency.value}, {where}{step}: {hole.reason}"


def _hole(hole: Hole) -> Finding:
    return Finding(hole.code, hole_sentence(hole), True, hole.at, hole.until)


def _single(one: SinglePoint) -> Finding:
    at_sites = not one.policies
    who = " and ".join(one.people)
    whose = "stands" if len(one.people) == 1 else "share a phone and stand"
    used = "" if at_sites else f" (policy {', '.join(one.policies)})"
    start, end = one.spans[0]
    return Finding(
        "V06" if at_sites else "V05",
        f"{who} {whose} at {' and '.join(one.places)}{used}, and counts once",
        at=start,
        until=end,
        times=len(one.spans),
    )


def _shared(group: tuple[str, ...]) -> Finding:
    return Finding("V07", f"{' and '.join(group)} have a phone in common, and count once")


def _not_compiled(coverage: Coverage, plan: Plan) -> Iterator[Finding]:
    reach = max((reach_of(policy) for policy in plan.policies.policies), default=None)
    for name in sorted({name for policy in plan.policies.policies for name in _schedules(policy)}):
        shifts = plan.shifts.get(name)
        if shifts is None or reach is None or shifts.through >= coverage.end:
            continue
        sentence = f"the shifts of schedule {name} are known only until then; look at fewer days"
        yield Finding("V08", sentence, True, shifts.through, coverage.end)


def _no_such_schedule(plan: Plan) -> Iterator[Finding]:
    for policy in plan.policies.ordered:
        for name in dict.fromkeys(_schedules(policy)):
            if name not in plan.shifts:
                yield Finding("V09", f"policy {policy.id} pages schedule {name}, which does not exist")


def _not_reachable(coverage: Coverage, plan: Plan) -> Iterator[Finding]:
    on: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for name, shifts in sorted(plan.shifts.items()):
        for shift in shifts.shifts:
            if shift.start < coverage.end and coverage.start < shift.end:
                on.setdefault(shift.person, []).append((max(shift.start, coverage.start), shift.end, name))
    for who, held in sorted(on.items()):
        person = plan.people.get(who)
        if person is not None and person.sound_methods:
            continue
        held.sort()
        names = ", ".join(sorted({name for _, _, name in held}))
        sentence = f"{who} is on call for {names} without a contact method that is verified and works"
        yield Finding("V11", sentence, at=held[0][0], until=held[0][1], times=len(held))


def _schedules(policy: Policy) -> list[str]:
    targets: list[Target] = [target for step in policy.steps for target in step.page]
    targets += [target for one in policy.repeat for target in one.add]
    return [target.schedule for target in targets if target.schedule is not None]

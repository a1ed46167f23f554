"""Every signal there may be falls under a route, and every route is one that some signal takes."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policies import Applies, Policy, PolicySet
from contracts.values import Kind, Urgency
from services.escalation.core.opening import LAST_RESORT
from services.escalation.coverage.instants import instant
from services.escalation.coverage.routes import Route, routes, spans
from tests.services.escalation.coverage import plans
from tests.services.escalation.coverage.plans import START, at, in_force, step


def held(route: Route, when: int) -> Policy:
    return next(policy for policy, (a, b) in spans(route, instant(START), instant(at(50))) if a <= when < b)


@given(
    plans.policy_sets(),
    st.sampled_from(list(Kind)),
    st.sampled_from(list(Urgency)),
    plans.patients_tags,
    st.integers(0, 48 * 60),
)
@settings(max_examples=80, deadline=None)
def test_whatever_policy_a_signal_gets_some_route_of_it_has(
    policies: PolicySet, kind: Kind, urgency: Urgency, tags: tuple[str, ...], minute: int
) -> None:
    when = START + timedelta(minutes=minute)
    wanted = policies.match(kind, urgency, tags, when) or LAST_RESORT

    mine = [route for route in routes(policies) if route.urgency is urgency and kind in route.kinds]

    assert wanted.id in {held(route, instant(when)).id for route in mine}


@given(plans.policy_sets(), st.integers(0, 48 * 60))
@settings(max_examples=40, deadline=None)
def test_every_route_is_taken_by_a_signal_with_its_tags(policies: PolicySet, minute: int) -> None:
    when = START + timedelta(minutes=minute)

    for route in routes(policies):
        got = policies.match(route.kinds[0], route.urgency, route.tags, when) or LAST_RESORT
        assert held(route, instant(when)).id == got.id
        assert sum(tag.startswith("site:") for tag in route.tags) <= 1


def test_twenty_sites_are_twenty_one_routes_and_not_a_million() -> None:
    sites = [
        Policy(id=f"s{n}", order=n, applies=Applies(tags=(f"site:{n}",)), steps=(step("first"),))
        for n in range(20)
    ]

    found = [route for route in routes(in_force(*sites)) if route.urgency is Urgency.IMMINENT]

    assert len(found) == 21
    assert found[-1].chain == (LAST_RESORT,)

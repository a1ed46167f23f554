"""Which signals a policy gets, against trying every one of them."""

from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policies import Policy
from contracts.values import Kind, Urgency
from services.programme.linting.signals import Space
from tests.services.programme.rosters import policy

TAGS = ("x", "y", "z")
EVERY = [frozenset(some) for some in chain.from_iterable(combinations(TAGS, n) for n in range(4))]
some_tags = st.lists(st.sampled_from(TAGS), max_size=2, unique=True)
spans = st.sampled_from([[], [{"start": "08:00", "end": "17:00"}], [{"start": "17:00", "end": "08:00"}],
                         [{"days": ["sat", "sun"]}]])  # fmt: skip
applies = st.fixed_dictionaries(
    {
        "kinds": st.sampled_from([[], ["dose_missed"]]),
        "urgencies": st.sampled_from([[], ["urgent"], ["urgent", "imminent"]]),
        "tags": some_tags,
        "all_tags": some_tags,
        "without_tags": some_tags,
        "during": spans,
    }
)


def tried(policies: tuple[Policy, ...], space: Space) -> dict[str, set[tuple[Kind, Urgency]]]:
    """Return what each policy gets, found by trying all tags at all moments that differ."""
    got: dict[str, set[tuple[Kind, Urgency]]] = {one.id: set() for one in policies}
    kinds = (Kind.DOSE_MISSED, Kind.OPTED_OUT)
    for kind, urgency, tags, at in product(kinds, Urgency, EVERY, space.moments.values()):
        winner = next((p for p in space.ordered if p.matches(kind, urgency, tags, at)), None)
        if winner is not None:
            got[winner.id].add((kind, urgency))
    return got


@settings(max_examples=120, deadline=None)
@given(st.lists(applies, min_size=1, max_size=5))
def test_what_a_policy_gets_is_what_trying_all_signals_finds(written):
    policies = tuple(policy(id=f"p{n}", order=n, applies=one) for n, one in enumerate(written))
    space = Space(policies)
    got = tried(policies, space)

    for one in policies:
        found = {(case.kind, case.urgency) for case in space.won[one.id]}
        both = (Kind.DOSE_MISSED, Kind.OPTED_OUT)
        assert {(kind, urgency) for kind, urgency in found if kind in both} == got[one.id]
        for case in space.won[one.id]:
            assert space.winner(case, case.at) is one


@settings(max_examples=60, deadline=None)
@given(st.lists(applies, max_size=4))
def test_a_signal_said_to_have_no_policy_has_none(written):
    space = Space(policy(id=f"p{n}", order=n, applies=one) for n, one in enumerate(written))
    case = space.unmatched()

    assert case is None or space.winner(case, case.at) is None


def test_forty_policies_by_site_are_shared_out_at_once():
    policies = [
        policy(id=f"s{n}", order=n, applies={"all_tags": [f"site:{n}", "minor"], "without_tags": ["test"]})
        for n in range(40)
    ]
    space = Space([*policies, policy(id="last", order=99, applies={})])

    assert all(space.won[one.id] for one in space.ordered)

"""The laws of follow-up, on any order of what may be heard."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.outreach import Withheld
from contracts.values import Disposition, Kind, Urgency
from services.followup.core import decide
from services.followup.core.decide import Over
from services.followup.core.draft import Here
from services.followup.core.evolve import evolve
from services.followup.core.state import Followup, due
from tests.services.followup.case import ZONE, Case, clock

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("resolved"), st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(Disposition)),
        st.tuples(st.just("undone"), st.sampled_from(["r1", "r2"])),
        st.tuples(st.just("crisis"), st.booleans()),
        st.tuples(st.just("days"), st.floats(0.05, 40)),
        st.tuples(st.just("discharged"), st.sampled_from(["hospital", "programme"])),
        st.tuples(st.just("withheld"), st.sampled_from([None, *Withheld])),
        st.tuples(st.just("silent"), st.booleans()),
        st.tuples(st.just("done"), st.integers(0, 3)),
        st.tuples(st.just("plan"), st.booleans()),
    ),
    max_size=14,
)


def act(case, action):
    match action:
        case ("resolved", run, disposition):
            case.resolved(run, disposition=disposition, urgency=Urgency.URGENT)
        case ("undone", run):
            case.undone(run)
        case ("crisis", is_open):
            case.crisis_open = is_open
        case ("days", count):
            case.days(count)
        case ("discharged", left):
            case.discharged(left, case.now.astimezone(ZONE).date())
        case ("withheld", why):
            case.answers = {kind: why for kind in ("follow_up", "caring", "safety_plan")}
        case ("silent", silent):
            case.silent = silent
        case ("done", number):
            for task in case.state.tasks[number : number + 1]:
                case.done(task.id)
        case ("plan", by_text):
            case.known = case.known.__class__(therapist="ben", has_plan=True, plan_by_text=by_text)
            case.asks("send_plan", ident=f"p{len(case.events)}")


@given(actions=ACTIONS, chance=st.floats(0, 1, exclude_max=True))
@settings(max_examples=80, deadline=None)
def test_what_is_open_is_due_and_what_happened_folds_to_what_is(actions, chance):
    case = Case("2026-11-24 12:00", chances=(chance, 0.2, 0.9))
    for action in actions:
        act(case, action)
        state = case.state
        is_open = bool(state.tasks or state.care or state.texts or state.plan or state.contact_texts)
        assert (due(state) is not None) is is_open
        assert all(one.acts_at for one in state.tasks)
        assert state.contact_texts == (), "nothing to a support contact is ever automatic"
    folded = Followup.empty("followups.pt_a")
    for event in case.events:
        folded = evolve(folded, event)
    assert folded == case.state
    assert Followup.model_validate_json(case.state.model_dump_json()) == case.state


@given(actions=ACTIONS, chance=st.floats(0, 1, exclude_max=True))
@settings(max_examples=80, deadline=None)
def test_no_caring_contact_comes_at_night_or_while_a_crisis_is_open(actions, chance):
    case = Case("2026-11-24 12:00", chances=(chance,))
    for action in actions:
        act(case, action)
    for (at, _, text), crisis_open in zip(case.told, case.crises, strict=True):
        if text is not None and text.contact is not None:
            assert clock("10:00") <= at.astimezone(ZONE).time() < clock("19:00")
            assert not crisis_open


@given(
    starts=st.lists(st.tuples(st.floats(1, 300), st.floats(0.1, 30)), max_size=6),
    chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=11),
)
@settings(max_examples=60, deadline=None)
def test_no_suspension_loses_a_contact_for_good(starts, chances):
    case = Case("2026-11-24 12:00", chances=tuple(chances))
    case.resolved()
    case.done(case.state.tasks[0].id)
    begun = case.now
    for start, length in sorted(starts):
        case.until(max(case.now, begun + timedelta(days=start)))
        case.crisis_open = True
        case.days(length)
        case.crisis_open = False
    case.days(600)
    assert len(case.texts) == 11 and case.state.care is None
    days = sorted(at[:10] for at, _ in case.texts)
    assert all(
        date.fromisoformat(later) - date.fromisoformat(earlier) >= timedelta(days=2)
        for earlier, later in pairwise(days)
    )


@given(actions=ACTIONS, chance=st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, deadline=None)
def test_whatever_is_heard_again_changes_nothing(actions, chance):
    case = Case("2026-11-24 12:00", chances=(chance,))
    for action in actions:
        act(case, action)
        here = Here(case.now, case.limits, case.known, (0.7,))
        if action[0] == "resolved":
            over = Over(action[1], case.now, "ana", Urgency.URGENT, Kind.PATIENT_ALERT, action[2])
            assert decide.resolved(case.state, over, here) == ()
        if action[0] == "undone":
            assert decide.undone(case.state, action[1], case.now, here) == ()
        if action[0] == "discharged":
            today = case.now.astimezone(ZONE).date()
            assert decide.discharged(case.state, action[1], today, here) == ()
    for _, _, text in case.told:
        if text is not None and case.state.text(text.outreach) is None:
            assert decide.outreach_ended(case.state, text.outreach, Withheld.REFUSED, here) == ()


def test_two_ids_of_one_person_are_followed_once():
    one, other = Case("2026-11-24 12:00"), Case("2026-11-24 12:00")
    one.resolved()
    one.asks("add_task", ident="x1")
    other.state = Followup.empty("followups.pt_b")
    before = one.state
    other.commit(decide.adopted(other.state, one.state, other.here))
    assert decide.adopted(other.state, one.state, other.here) == ()
    one.commit(decide.moved(one.state, "pt_b", one.here))
    assert {task.id for task in other.state.tasks} == {task.id for task in before.tasks}
    assert other.state.care.contacts == before.care.contacts
    assert due(one.state) is None and one.state.moved_into == "pt_b"

"""Holes: what they are, when they are, and why; told as timetables."""

from datetime import timedelta

import pytest

from contracts.policies import Round
from contracts.values import Urgency
from services.escalation.coverage import facts, findings
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.prove import verify
from services.escalation.coverage.result import Hole
from tests.services.escalation.coverage.plans import (
    START,
    always,
    at,
    crew,
    in_force,
    person,
    plan,
    policy,
    shifts,
    step,
    target,
)

LADDER = (step("first", wait=3), step("second", wait=3), step("cleo", wait=3))
IMMINENT = policy(*LADDER, name="loud", applies={"urgencies": ["imminent"]})
REST = policy(step("everyone", wait=3), name="rest", order=999)


def holes(of: Plan, hours: float = 48) -> list[Hole]:
    return list(verify(of, START, at(hours)).holes)


def found(hole: Hole) -> tuple[str, str, float, float, int | None]:
    """A hole as code, policy, first and last hour, step."""
    hour = timedelta(hours=1)
    return hole.code, hole.policy, (hole.at - START) / hour, (hole.until - START) / hour, hole.step


def test_three_people_on_three_steps_are_no_hole() -> None:
    of = plan(in_force(IMMINENT, REST), always(first="ana", second="ben"))

    coverage = verify(of, START, at(48))

    assert coverage.holes == ()
    loud = next(row for row in coverage.rows if row.policy == "loud")
    assert [w.after for w in loud.within] == [timedelta(minutes=m) for m in (0, 3, 6)]


def test_a_step_that_is_empty_for_an_hour_is_passed_over_and_no_hole_while_enough_others_stand() -> None:
    ladder = policy(*LADDER, step("dan", wait=3), name="loud", applies={"urgencies": ["imminent"]})
    on = shifts(first=[("ana", -1, 10), ("ana", 11, 99)], second=[("ben", -1, 99)])

    assert holes(plan(in_force(ladder, REST), on)) == []


def test_a_schedule_empty_for_an_hour_is_a_hole_for_as_long_as_its_policy_would_look() -> None:
    """From 10:00 to 11:00 nobody is first; whoever is silent at second leaves cleo, and no third."""
    on = shifts(first=[("ana", -1, 10), ("ana", 11, 99)], second=[("ben", -1, 99)])

    (hole,) = holes(plan(in_force(IMMINENT, REST), on))

    assert found(hole) == ("V03", "loud", 10.0, 11.0, 1)
    assert hole.reason == (
        "if 2 people do not answer, nobody is left: only ben, cleo can be reached in all rounds; "
        "step 1: nobody for schedule first"
    )


def test_when_a_whole_round_is_empty_the_last_resort_is_no_excuse() -> None:
    rules = policy(
        step("first", wait=3), step("second", wait=3), name="loud", applies={"urgencies": ["imminent"]}
    )
    on = shifts(first=[("ana", -1, 10), ("ana", 12, 99)], second=[("ben", -1, 11), ("ben", 12, 99)])

    worst = [hole for hole in holes(plan(in_force(rules, REST), on)) if hole.code == "V01"]

    assert [found(hole) for hole in worst] == [("V01", "loud", 11.0, 12.0, 1)]
    assert "everyone is paged as the last resort" in worst[0].reason


def test_a_phone_that_was_never_verified_is_a_hole_though_it_is_paged() -> None:
    people = crew(person("ana", verified=False), person("ben"), person("cleo"), person("dan"))
    of = plan(in_force(IMMINENT, REST), always(first="ana", second="ben"), people)

    (hole,) = holes(of)

    assert found(hole) == ("V01", "loud", 0.0, 48.0, 1)
    assert hole.after == timedelta(minutes=3)
    assert hole.reason == (
        "somebody is paged only after 3 min, the limit is 1 min; "
        "step 1: ana without a contact method that is verified and works"
    )


def test_the_same_person_at_two_steps_counts_once() -> None:
    of = plan(in_force(IMMINENT, REST), always(first="ana", second="ana"))

    coverage = verify(of, START, at(48))

    (hole,) = coverage.holes
    assert found(hole) == ("V03", "loud", 0.0, 48.0, 2)
    assert "step 2: ana also at step 1, counts once" in hole.reason
    (single,) = coverage.single_points
    assert (single.people, single.places, single.policies) == (
        ("ana",),
        ("schedule first", "schedule second"),
        ("loud",),
    )
    assert single.spans == ((START, at(48)),)


def test_people_who_share_a_phone_are_one_person_for_the_proof() -> None:
    people = crew(person("ana", phone="lent"), person("ben", phone="lent"), person("cleo"), person("dan"))
    of = plan(in_force(IMMINENT, REST), always(first="ana", second="ben"), people)

    coverage = verify(of, START, at(1))

    assert [hole.code for hole in coverage.holes] == ["V03"]
    assert coverage.shared_phones == (("ana", "ben"),)
    assert coverage.single_points[0].people == ("ana", "ben")


def test_somebody_on_call_for_two_sites_at_once_is_a_single_point_while_it_lasts() -> None:
    on = shifts(first=[("ana", -1, 99)], second=[("ben", -1, 5), ("ana", 5, 8), ("ben", 8, 99)])
    of = plan(in_force(REST), on, sites={"first": "north", "second": "south"})

    (single,) = verify(of, START, at(48)).single_points

    assert (single.people, single.places) == (("ana",), ("site north", "site south"))
    assert single.spans == ((at(5), at(8)),)


def test_a_schedule_named_twice_on_purpose_is_no_single_point() -> None:
    rules = policy(step("first"), step("first", "second"), name="loud")

    assert verify(plan(in_force(rules), always(first="ana", second="ben")), START, at(5)).single_points == ()


def test_waits_longer_than_an_imminent_signal_allows_are_a_hole() -> None:
    slow = policy(step("first", wait=16), step("second"), step("cleo"), applies={"urgencies": ["imminent"]})
    of = plan(in_force(slow, REST), always(first="ana", second="ben"))

    assert [(hole.code, hole.after) for hole in holes(of, 5)] == [("V02", timedelta(minutes=16))]


def test_a_night_longer_than_allowed_is_a_hole_only_for_signals_of_its_first_hours() -> None:
    rules = policy(
        step("first"),
        step("second"),
        name="quiet",
        applies={"urgencies": ["soon"]},
        hours={"quiet_from": "17:00", "until": "09:00"},
        zone="UTC",
    )
    of = plan(in_force(rules, REST), always(first="ana", second="ben"))

    evening = [hole for hole in holes(of, 24) if hole.policy == "quiet"]

    assert [found(hole)[:4] for hole in evening] == [("V01", "quiet", 0.0, 3.0), ("V01", "quiet", 23.0, 24.0)]


def test_a_signal_no_policy_is_for_is_a_hole() -> None:
    of = plan(in_force(IMMINENT), always(first="ana", second="ben"))

    missing = [hole for hole in holes(of, 1) if hole.code == "V04"]

    assert {hole.urgency for hole in missing} == {Urgency.URGENT, Urgency.SOON, Urgency.ROUTINE}
    assert "no policy applies to session_missed" in missing[0].reason


def test_the_patients_own_therapist_may_be_whoever_leaves_the_fewest_others() -> None:
    rules = policy(
        step("therapist", wait=60), step("first", wait=60), name="day", applies={"urgencies": ["soon"]}
    )
    of = plan(in_force(rules, REST), always(first="ana"), therapists=("ana", "dan"))

    late = [hole for hole in holes(of, 5) if hole.policy == "day"]

    assert [hole.code for hole in late] == ["V02"]


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.SOON])
def test_what_holds_only_by_night_is_judged_only_by_night(urgency: Urgency) -> None:
    by_night = policy(
        step("second", wait=3),
        name="night",
        order=1,
        applies={"urgencies": [urgency], "during": [{"start": "20:00", "end": "22:00"}]},
        zone="UTC",
    )
    rest = policy(*LADDER, step("dan"), name="rest", order=9)
    of = plan(in_force(by_night, rest), always(first="ana", second="ben"))

    spans = {(hole.at, hole.until) for hole in holes(of, 20) if hole.policy == "night"}

    assert spans == {(at(2), at(4))}


def test_findings_have_codes_and_the_holes_come_first() -> None:
    people = crew(person("ana", verified=False), person("ben"), person("cleo"), person("dan"))
    rules = policy(
        step("first"), step("second"), step("gone"), name="loud", repeat=[Round(add=(target("cleo"),))]
    )
    of = plan(in_force(rules), always(first="ana", second="ben"), people)
    coverage = verify(of, START, at(5))

    told = findings.of(coverage, of)

    assert [one.code for one in told if one.blocking] == [hole.code for hole in coverage.holes]
    assert [(one.code, one.sentence) for one in told if not one.blocking] == [
        ("V09", "policy loud pages schedule gone, which does not exist"),
        ("V11", "ana is on call for first without a contact method that is verified and works"),
    ]
    assert {one.name for one in told} <= set(findings.NAMES.values())


def test_shifts_that_end_before_the_days_looked_at_are_told() -> None:
    on = always(first="ana", second="ben")
    short = {name: one.model_copy(update={"through": at(24)}) for name, one in on.items()}
    of = plan(in_force(IMMINENT, REST), short)

    told = [one for one in findings.of(verify(of, START, at(48)), of) if one.code == "V08"]

    assert [(one.blocking, one.at, one.until) for one in told] == [(True, at(24), at(48))] * 2


def test_facts_say_what_changed_and_nothing_of_the_mere_date() -> None:
    of = plan(in_force(IMMINENT, REST), always(first="ana", second="ben"))
    before = facts.facts(verify(of, START, at(24)), of)
    assert facts.compare(before, facts.facts(verify(of, at(1), at(25)), of)) == ()

    other = plan(in_force(IMMINENT, REST), always(first="ana", second="dan"))
    changed = facts.compare(before, facts.facts(verify(other, START, at(24)), other))

    assert [(one.name, one.before, one.after) for one in changed] == [("schedule second", "ben", "dan")]

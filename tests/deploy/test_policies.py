"""The shipped policies: they load, nothing about them is dangerous, and nothing is left without one."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from contracts.policies import Policy, PolicySet
from contracts.values import Channel, Kind, Urgency
from services import programme
from services.roster import core

DEPLOY = Path(__file__).parents[2] / "deploy"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEMO = programme.load(DEPLOY / "demo", DEPLOY / "policies")
IN_FORCE = PolicySet(version=1, policies=DEMO.policies, applied_by="test", applied_at=NOW)
CLINICAL = [kind for kind in Kind if kind is not Kind.SYSTEM_FAULT]


def policy(kind: Kind, urgency: Urgency) -> Policy:
    """Return the shipped policy for such a signal."""
    found = IN_FORCE.match(kind, urgency, ())
    assert found is not None
    return found


def minutes(*count: int) -> list[timedelta]:
    return [timedelta(minutes=n) for n in count]


def labels(found: Policy) -> list[list[str]]:
    return [[target.label for target in step.page] for step in found.steps]


def test_the_shipped_policies_are_clean_with_the_demo_roster():
    assert [str(finding) for finding in programme.lint(DEMO.policies, DEMO.schedules, DEMO.people)] == []


@pytest.mark.parametrize(("kind", "urgency"), list(product(Kind, Urgency)))
def test_every_kind_and_urgency_has_a_policy_of_its_own(kind, urgency):
    """The last resort is for what nobody thought of; nothing known falls that far."""
    assert policy(kind, urgency).id != "last_resort"


def test_only_routine_signals_page_nobody():
    silent = {(k, u) for k, u in product(Kind, Urgency) if not policy(k, u).steps}

    assert silent == {(kind, Urgency.ROUTINE) for kind in Kind}


@pytest.mark.parametrize("kind", CLINICAL)
def test_an_imminent_risk_climbs_every_three_minutes_until_everyone_is_paged(kind):
    found = policy(kind, Urgency.IMMINENT)

    assert labels(found) == [
        ["schedule primary"],
        ["schedule backup"],
        ["schedule supervisor"],
        ["schedule director"],
        ["everyone"],
    ]
    assert [step.wait for step in found.steps] == minutes(3, 3, 3, 3, 3)
    assert not any(step.wait_at_night for step in found.steps)
    assert found.reach_within == timedelta(minutes=15)
    assert found.second_signature is True


def test_the_crisis_line_climbs_every_three_minutes_at_any_hour():
    found = policy(Kind.PATIENT_ALERT, Urgency.URGENT)

    assert found.id == "crisis_line"
    assert all(step.wait == timedelta(minutes=3) and step.wait_at_night is None for step in found.steps)
    assert found.reach_within == timedelta(minutes=15)


def test_urgent_waits_five_minutes_by_day_and_ten_by_night():
    found = policy(Kind.SCREEN_POSITIVE, Urgency.URGENT)

    assert labels(found) == [["schedule primary"], ["schedule backup"], ["schedule supervisor"]]
    assert [step.wait for step in found.steps] == minutes(5, 5, 5)
    assert [step.wait_at_night for step in found.steps] == minutes(10, 10, 10)
    assert found.reach_within == timedelta(minutes=60)


@pytest.mark.parametrize("kind", [Kind.CONCERN_RAISED, Kind.OPTED_OUT])
def test_whoever_cannot_be_texted_is_called_within_half_an_hour(kind):
    assert policy(kind, Urgency.URGENT).reach_within == timedelta(minutes=30)


@pytest.mark.parametrize("urgency", [urgency for urgency in Urgency if urgency is not Urgency.ROUTINE])
def test_a_fault_goes_to_ops_whatever_its_urgency(urgency):
    found = policy(Kind.SYSTEM_FAULT, urgency)

    assert labels(found)[0] == ["schedule ops"]
    assert found.second_signature is False


def test_only_what_may_wait_till_morning_does():
    assert {found.id for found in DEMO.policies if found.hours} == {
        "soon",
        "missed_first",
        "fault_soon",
        "follow_up",
    }


def test_a_policy_that_pages_for_urgent_signals_ends_with_everyone_for_ever():
    for found in DEMO.policies:
        if found.steps and set(found.applies.urgencies) != {Urgency.SOON}:
            assert any(target.everyone for target in found.repeat[-1].add), found.id


def test_the_last_resort_is_as_fast_as_an_imminent_risk():
    imminent = policy(Kind.PATIENT_ALERT, Urgency.IMMINENT)
    last = next(found for found in DEMO.policies if found.id == "last_resort")

    assert (last.steps, last.repeat, last.reach_within) == (
        imminent.steps, imminent.repeat, imminent.reach_within,
    )  # fmt: skip
    assert last.order == max(found.order for found in DEMO.policies)


def test_the_policies_name_only_schedules_a_site_is_told_to_have():
    named = {t.schedule for p in DEMO.policies for step in p.steps for t in step.page if t.schedule}

    assert named == {"primary", "backup", "supervisor", "director", "ops"}


def test_each_figure_stands_beside_its_source():
    for path in (DEPLOY / "policies").glob("*.yaml"):
        for line in path.read_text().splitlines():
            if line.startswith(("reach_within", "quiet_from")):
                assert "#" in line, f"{path.name}: {line}"


def test_the_published_schema_is_the_one_the_loader_uses():
    """Refresh it with `json.dumps(programme.policy_schema(), indent=2)` when this fails."""
    published = json.loads((DEPLOY / "policies" / "policy.schema.json").read_text())

    assert published == programme.policy_schema()


def test_in_the_demo_somebody_is_on_every_schedule_at_every_moment():
    for schedule in DEMO.schedules:
        shifts = core.compile(schedule, NOW, NOW + timedelta(days=366))
        moment = NOW
        while moment < NOW + timedelta(days=366):
            assert shifts.on(moment), (schedule.id, moment)
            moment += timedelta(hours=7)


def test_in_the_demo_the_backup_is_never_the_person_already_paged():
    primary, backup = (
        core.compile(next(s for s in DEMO.schedules if s.id == name), NOW, NOW + timedelta(days=90))
        for name in ("primary", "backup")
    )
    for day in range(90):
        moment = NOW + timedelta(days=day)
        assert not set(primary.on(moment)) & set(backup.on(moment))


def test_in_the_demo_everybody_has_sms_and_voice_on_a_number_nobody_owns():
    """555-0100 to 555-0199 are set aside for fiction."""
    for person in DEMO.people:
        assert [method.channel for method in person.methods] == [Channel.SMS, Channel.VOICE]
        assert all(method.phone.startswith("+120255501") for method in person.methods)
    assert len(DEMO.people) == 6
    assert len(DEMO.patients) == 3
    assert {patient.therapist for patient in DEMO.patients} <= {person.id for person in DEMO.people}

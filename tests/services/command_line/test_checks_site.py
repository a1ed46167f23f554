"""The doctor's rules about what a site must see to itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.people import ContactMethod, Person
from contracts.reports import CoverageReport
from contracts.values import Channel, Sealed
from services.command_line import checks_site
from services.command_line.carrier_account import CarrierFacts
from services.command_line.carrier_registration import Registration, Standing
from services.command_line.checks import Finding, Level
from services.command_line.drill_results import Drill
from services.command_line.settings import SiteSettings, agreements

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
TODAY = NOW.date()
LINE = "+12025550100"
CAMPAIGN, TOLL_FREE = "10DLC campaign", "toll-free verification"


def levels(findings: list[Finding]) -> set[Level]:
    return {finding.level for finding in findings}


def told(findings: list[Finding]) -> str:
    return " | ".join(map(str, findings))


def of(registration: Registration) -> CarrierFacts:
    return CarrierFacts(status=200, registrations={LINE: registration})


@pytest.mark.parametrize(
    ("registration", "level", "word"),
    [
        (Registration(Standing.GOOD, CAMPAIGN, True), Level.GOOD, "campaign is approved"),
        (Registration(Standing.NOT_NEEDED), Level.GOOD, "nothing to register"),
        (Registration(Standing.MISSING, CAMPAIGN), Level.REFUSES, "register the brand"),
        (Registration(Standing.MISSING, CAMPAIGN, True), Level.REFUSES, "register a campaign"),
        (Registration(Standing.WAITING, CAMPAIGN, True), Level.REFUSES, "not approved yet. Fix: wait"),
        (Registration(Standing.REFUSED, CAMPAIGN, True), Level.REFUSES, "refused or suspended"),
        (Registration(Standing.MISSING, TOLL_FREE), Level.REFUSES, "submit the toll-free verification"),
        (Registration(Standing.UNKNOWN, CAMPAIGN), Level.UNCHECKED, "30034"),
    ],
)
def test_a_number_that_is_not_registered_refuses_a_start(
    registration: Registration, level: Level, word: str
) -> None:
    found = checks_site.registration(of(registration), {})

    assert levels(found) == {level}
    assert word in told(found) and LINE in told(found)


def test_what_the_carrier_does_not_tell_of_registration_can_be_affirmed() -> None:
    nothing = CarrierFacts(status=200)

    assert levels(checks_site.registration(nothing, {})) == {Level.UNCHECKED}
    assert levels(checks_site.registration(nothing, {"registration": TODAY})) == {Level.GOOD}
    missing = of(Registration(Standing.MISSING, CAMPAIGN))
    assert levels(checks_site.registration(missing, {"registration": TODAY})) == {Level.REFUSES}


def test_without_an_agreement_with_the_carrier_nothing_may_start() -> None:
    found = checks_site.agreements({}, CarrierFacts(), TODAY)

    assert levels(found) == {Level.REFUSES, Level.UNCHECKED}
    assert "VIGIL_AGREEMENTS=baa=" in told(found) and "STOP and HELP" in told(found)


def test_what_is_affirmed_is_believed_and_the_carriers_answers_are_read_again_each_year() -> None:
    both = {"baa": date(2024, 1, 1), "opt_out": TODAY}
    assert levels(checks_site.agreements(both, CarrierFacts(), TODAY)) == {Level.GOOD}

    old = both | {"opt_out": TODAY - timedelta(days=366)}
    assert "read them again" in told(checks_site.agreements(old, CarrierFacts(), TODAY))
    future = both | {"baa": TODAY + timedelta(days=1)}
    assert "baa lies in the future" in told(checks_site.agreements(future, CarrierFacts(), TODAY))


def test_a_pool_says_where_the_answers_to_stop_are_found() -> None:
    pooled = of(Registration(Standing.GOOD, CAMPAIGN, True, pooled=True))

    assert f"Advanced Opt-Out of the service that has {LINE}" in told(
        checks_site.agreements({}, pooled, TODAY)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [("hipaa=2026-01-01", "none of baa"), ("baa", "is no date"), ("baa=1.1.26", "is no date")],
)
def test_a_wrong_agreement_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        SiteSettings(agreements=text)
    assert agreements(" baa=2026-01-31 , opt_out=2026-02-01,") == {
        "baa": date(2026, 1, 31),
        "opt_out": date(2026, 2, 1),
    }


def method(name: str, **changed: object) -> ContactMethod:
    values = {"id": name, "channel": Channel.SMS, "phone": Sealed(key="k", box="b")}
    return ContactMethod.model_validate(values | {"phone_ref": "h1-" + "0" * 32} | changed)


def test_every_phone_that_was_never_verified_is_named_with_its_command() -> None:
    people = {
        "ana": Person(
            id="ana",
            name=Sealed(key="k", box="b"),
            methods=(method("m1", verified_at=NOW), method("m2", channel=Channel.VOICE)),
        ),
        "ben": Person(id="ben", name=Sealed(key="k", box="b"), methods=(method("m1"),)),
        "cal": Person(id="cal", name=Sealed(key="k", box="b"), methods=(method("m1", dead_since=NOW),)),
        "dee": Person(id="dee", name=Sealed(key="k", box="b"), methods=(method("m1"),), active=False),
    }

    found = checks_site.unverified(people)

    assert [one.what for one in found] == [
        "ana: never verified: m2 (voice)",
        "ben: never verified: m1 (sms)",
    ]
    assert "`vigil roster verify ana --method m2`" in found[0].fix
    assert "`vigil roster verify ben`" in found[1].fix
    proven = {"ana": people["ana"].model_copy(update={"methods": people["ana"].methods[:1]})}
    assert levels(checks_site.unverified(proven)) == {Level.GOOD}
    assert checks_site.unverified({}) == []


def report(**changed: object) -> CoverageReport:
    values = {
        "id": "r1",
        "made_at": NOW - timedelta(days=3),
        "made_by": "kim",
        "through": NOW + timedelta(days=25),
        "digest": "0" * 64,
        "policy_version": 7,
        "signed_by": "Dr. Diaz",
        "signed_at": NOW,
    }
    return CoverageReport.model_validate(values | changed)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ([], "never reported"),
        ([report(policy_version=6)], "policies v6, in force are v7"),
        ([report(through=NOW)], "looked ahead to 2026-11-24"),
        ([report(holes=2)], "has 2 holes"),
        ([report(signed_by="")], "is not signed"),
        ([report(), report(id="r2", made_at=NOW, signed_by="")], "2026-11-24 is not signed"),
    ],
)
def test_a_coverage_report_that_says_nothing_of_today_wants_a_look(
    made: list[CoverageReport], why: str
) -> None:
    found = checks_site.reports(made, 7, NOW)

    assert levels(found) == {Level.LOOK}
    assert why in told(found)


def test_a_signed_report_of_what_is_in_force_passes() -> None:
    assert levels(checks_site.reports([report()], 7, NOW)) == {Level.GOOD}


def drill(schedule: str, days: int, outcome: str = "answered") -> Drill:
    return Drill(schedule, "run", "K7", NOW - timedelta(days=days), outcome)


def test_schedules_that_were_not_drilled_for_a_month_are_named() -> None:
    held = [drill("primary", 3), drill("backup", 31), drill("ops", 2, "interrupted")]

    (found,) = checks_site.drills(held, ("primary", "backup", "ops"), NOW)

    assert found.level is Level.LOOK
    assert "backup (last on 2026-10-24), ops (never)" in found.what
    assert found.fix == "`vigil drill backup`"


def test_a_drill_that_nobody_answered_wants_a_look_until_one_is_answered() -> None:
    silent = [drill("primary", 9), drill("primary", 3, "unanswered")]

    assert "found nobody who answered" in told(checks_site.drills(silent, ("primary",), NOW))
    assert levels(checks_site.drills([*silent, drill("primary", 1)], ("primary",), NOW)) == {Level.GOOD}
    assert checks_site.drills([], (), NOW) == []


def test_a_gateway_that_no_longer_asks_the_carrier_is_noticed() -> None:
    marks = {"texts": NOW - timedelta(minutes=1), "calls": NOW - timedelta(hours=2), "redacted": NOW}

    (found,) = checks_site.compared(marks, NOW)

    assert "calls were last compared" in found.what
    assert checks_site.compared({}, NOW) == []


def test_a_ledger_far_behind_is_named_and_refuses_nothing() -> None:
    (far,) = checks_site.ledger(5_000, "")
    (near,) = checks_site.ledger(3, "")
    (none,) = checks_site.ledger(None, "the ledger has no books yet")
    assert "5000 messages behind" in str(far) and not far.refuses
    assert "up with the log" in str(near)
    assert "no books yet" in str(none) and not none.refuses

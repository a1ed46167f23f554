"""The doctor's rules: what refuses a live start, and what only wants a look."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.people import ContactMethod, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Shift, Shifts
from contracts.values import Channel, Sealed
from services.command_line import checks
from services.command_line.carrier_account import CarrierFacts, NumberFacts
from services.command_line.carrier_registration import Registration, Standing
from services.command_line.checks import Finding, Level

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PUBLIC = "https://vigil.example.org"
GOOD = CarrierFacts(
    status=200,
    account_status="active",
    account_type="Full",
    balance=100.0,
    currency="USD",
    ahead=timedelta(0),
)
NUMBER = NumberFacts(
    sms_url=f"{PUBLIC}/twilio/sms",
    sms_fallback_url="https://spare.example.net/sms",
    voice_url=f"{PUBLIC}/twilio/call",
    voice_fallback_url="https://spare.example.net/call",
    status_callback=f"{PUBLIC}/twilio/call-ended",
)


def levels(findings: list[Finding]) -> set[Level]:
    return {finding.level for finding in findings}


def refusals(findings: list[Finding]) -> str:
    return " | ".join(finding.what for finding in findings if finding.refuses)


def facts(**changes: object) -> CarrierFacts:
    return CarrierFacts(**{**GOOD.__dict__, **changes})  # type: ignore[arg-type]


def test_a_good_account_passes() -> None:
    assert levels(checks.account(GOOD)) == {Level.GOOD}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (facts(status=401), "refuses the credentials"),
        (facts(account_type="Trial"), "trial"),
        (facts(account_status="suspended"), "suspended"),
        (facts(balance=3.5), "balance is low: 3.50 USD"),
    ],
)
def test_an_account_that_could_not_page_refuses_a_start(said: CarrierFacts, why: str) -> None:
    assert why in refusals(checks.account(said))


@pytest.mark.parametrize("said", [CarrierFacts(why="timeout"), facts(status=503), facts(balance=None)])
def test_what_the_carrier_does_not_tell_refuses_nothing(said: CarrierFacts) -> None:
    """A machine that restarts while the carrier is down must still page when it is back."""
    found = checks.account(said)

    assert Level.UNCHECKED in levels(found)
    assert refusals(found) == ""


@pytest.mark.parametrize(
    ("ahead", "level"),
    [
        (None, Level.UNCHECKED),
        (timedelta(seconds=-1), Level.GOOD),
        (timedelta(seconds=10), Level.LOOK),
        (timedelta(seconds=-90), Level.REFUSES),
    ],
)
def test_the_clock_is_judged_by_the_carriers(ahead: timedelta | None, level: Level) -> None:
    assert levels(checks.clock(facts(ahead=ahead))) == {level}


def test_a_number_with_its_webhooks_and_fallbacks_passes() -> None:
    found = checks.numbers(facts(numbers={"+12025550100": NUMBER}), PUBLIC)

    assert refusals(found) == ""
    assert "+12025550100 is set up" in found[0].what


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sms_url": ""}, "texts go to nowhere"),
        ({"voice_url": "https://demo.example.com"}, "calls go to https://demo.example.com"),
        ({"sms_fallback_url": ""}, "no fallback URL for texts"),
        ({"voice_fallback_url": ""}, "no fallback URL for calls"),
        ({"voice": False}, "can't make calls"),
        ({"sms": False}, "can't send texts"),
        ({"sms_method": "GET"}, "texts come by GET"),
        ({"application": True}, "its own webhooks count for nothing"),
    ],
)
def test_a_number_that_is_set_up_wrong_refuses_a_start(changes: dict[str, object], why: str) -> None:
    number = NumberFacts(**{**NUMBER.__dict__, **changes})  # type: ignore[arg-type]

    assert why in refusals(checks.numbers(facts(numbers={"+12025550100": number}), PUBLIC))


def test_retry_rules_behind_a_webhook_do_not_matter() -> None:
    number = NumberFacts(**{**NUMBER.__dict__, "sms_url": f"{PUBLIC}/twilio/sms#rc=3&rp=all"})

    assert refusals(checks.numbers(facts(numbers={"+12025550100": number}), PUBLIC)) == ""


def test_a_fallback_on_the_gateways_own_host_wants_a_look() -> None:
    number = NumberFacts(**{**NUMBER.__dict__, "sms_fallback_url": f"{PUBLIC}/twilio/sms"})

    assert Level.LOOK in levels(checks.numbers(facts(numbers={"+12025550100": number}), PUBLIC))


def test_a_number_of_somebody_else_refuses_a_start() -> None:
    assert "no number of this account" in refusals(
        checks.numbers(facts(numbers={"+12025550100": None}), PUBLIC)
    )


def test_webhooks_that_the_carrier_does_not_show_are_named_as_not_checked() -> None:
    found = checks.numbers(facts(numbers=None), PUBLIC)

    assert levels(found) == {Level.UNCHECKED}


def test_a_number_without_a_status_callback_wants_a_look() -> None:
    number = NumberFacts(**{**NUMBER.__dict__, "status_callback": ""})

    assert levels(checks.numbers(facts(numbers={"+12025550100": number}), PUBLIC)) == {Level.LOOK}


def test_a_number_whose_texts_go_to_its_messaging_service_refuses_a_start() -> None:
    pooled = Registration(Standing.GOOD, "10DLC campaign", True, pooled=True, pool_takes_texts=True)
    said = facts(numbers={"+12025550100": NUMBER}, registrations={"+12025550100": pooled})

    assert "go to the webhook of its messaging service" in refusals(checks.numbers(said, PUBLIC))


@pytest.mark.parametrize(
    ("public", "nats_url", "carrier", "why"),
    [
        ("http://vigil.example.org", "nats://127.0.0.1:4222", "", "not https"),
        (PUBLIC, "nats://nats.example.org:4222", "", "not encrypted"),
        (PUBLIC, "tls://a:4222,nats://b:4222", "", "nats://b:4222 is not encrypted"),
        (PUBLIC, "nats://127.0.0.1:4222", "http://127.0.0.1:8090", "not the real carrier"),
    ],
)
def test_addresses_that_refuse_a_start(public: str, nats_url: str, carrier: str, why: str) -> None:
    assert why in refusals(checks.addresses(public, nats_url, carrier))


def test_addresses_that_pass() -> None:
    assert refusals(checks.addresses(PUBLIC, "tls://a:4222,nats://localhost:4222", "")) == ""


def test_calls_without_a_fallback_want_a_look() -> None:
    assert levels(checks.calls("")) == {Level.LOOK}
    assert checks.calls("https://spare.example.net/page.xml") == []


def test_a_watchdog_that_can_tell_nobody_wants_a_look() -> None:
    assert len(checks.watch((), "")) == 2
    assert levels(checks.watch(("+12025550106",), "https://alive.example.org")) == {Level.GOOD}


POLICIES = PolicySet(
    version=1,
    policies=(
        Policy.model_validate({"id": "all", "steps": [{"page": [{"schedule": "primary"}], "wait": "3m"}]}),
    ),
    applied_by="test",
    applied_at=NOW,
)
METHOD = ContactMethod(
    id="m1",
    channel=Channel.SMS,
    phone=Sealed(key="k", box="b"),
    phone_ref="h1-" + "0" * 32,
    verified_at=NOW,
)
ANA = Person(id="ana", name=Sealed(key="k", box="b"), methods=(METHOD,))


def shifts(start: timedelta, end: timedelta) -> dict[str, Shifts]:
    shift = Shift(person="ana", start=NOW + start, end=NOW + end)
    return {
        "primary": Shifts(
            schedule="primary", compiled_at=NOW, through=NOW + timedelta(days=30), shifts=(shift,)
        )
    }


ALWAYS = shifts(timedelta(days=-1), timedelta(days=40))


def test_somebody_always_on_call_passes() -> None:
    assert levels(checks.coverage(POLICIES, ALWAYS, {"ana": ANA}, NOW)) == {Level.GOOD}


def test_without_policies_or_shifts_nobody_can_be_paged() -> None:
    assert "no policies" in refusals(checks.coverage(None, ALWAYS, {"ana": ANA}, NOW))
    assert "no shifts" in refusals(checks.coverage(POLICIES, {}, {"ana": ANA}, NOW))


def test_a_gap_now_refuses_and_a_later_one_wants_a_look() -> None:
    now_empty = shifts(timedelta(hours=1), timedelta(days=40))
    later_empty = shifts(timedelta(days=-1), timedelta(days=7))

    assert "nobody to page in primary" in refusals(checks.coverage(POLICIES, now_empty, {"ana": ANA}, NOW))
    assert levels(checks.coverage(POLICIES, later_empty, {"ana": ANA}, NOW)) == {Level.LOOK}


def test_somebody_on_call_without_a_phone_that_works_is_a_gap() -> None:
    dead = ANA.model_copy(update={"methods": (METHOD.model_copy(update={"dead_since": NOW}),)})

    assert "ana not reachable" in refusals(checks.coverage(POLICIES, ALWAYS, {"ana": dead}, NOW))


def test_somebody_whose_phone_was_never_verified_is_a_gap_that_only_a_running_vigil_can_mend() -> None:
    unproven = ANA.model_copy(update={"methods": (METHOD.model_copy(update={"verified_at": None}),)})

    found = checks.coverage(POLICIES, ALWAYS, {"ana": unproven}, NOW)

    assert "nobody whose phone is verified in primary" in refusals(found)
    assert found[0].after_start
    assert "vigil roster verify ana" in found[0].fix


def test_somebody_whose_phones_fail_is_a_gap() -> None:
    failing = ANA.model_copy(update={"methods": (METHOD.model_copy(update={"failing_since": NOW}),)})

    found = checks.coverage(POLICIES, ALWAYS, {"ana": failing}, NOW)

    assert "receipts say failed" in refusals(found)
    assert not found[0].after_start


def test_a_phone_that_never_answered_can_be_mended_only_once_vigil_runs() -> None:
    found = checks.phones(POLICIES, ALWAYS, {"ana": ANA}, {})

    assert "not verified: ana" in refusals(found)
    assert found[0].after_start
    assert "vigil page-test ana" in found[0].fix


def test_a_phone_that_answered_is_verified() -> None:
    assert levels(checks.phones(POLICIES, ALWAYS, {"ana": ANA}, {"ana": NOW})) == {Level.GOOD}
    assert checks.phones(None, {}, {}, {}) == []


def test_a_finding_is_written_with_its_fix() -> None:
    assert str(checks.refused("it is broken", "mend it")) == "REFUSES     it is broken. Fix: mend it"
    assert str(checks.good("it works")) == "good        it works"

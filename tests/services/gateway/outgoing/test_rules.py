"""One delivery, as a timetable: tried, later and later, parked; and on what ground it may go at all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.deliveries import (
    DeliveryEvent,
    DeliveryStatus,
    Recipient,
    Resource,
    RunTold,
    ScreenTold,
    address_fault,
)
from contracts.escalations import EscalationStatus
from contracts.facts import Standing
from contracts.people import Patient
from contracts.privacy import Ground, SharingConsent
from contracts.values import Kind, Urgency
from services.gateway.core.outgoing import decide, grounds, substance
from services.gateway.core.outgoing.grounds import Permit
from services.gateway.core.outgoing.state import Delivery, due, evolve

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
MAY = Permit(Ground.CONSENT, "cabinet 3", None, labelled=False, identity=False, reduced=False)
COUNTY = Recipient(
    id="county", name="County", base_url="https://fhir.example.org/r4/", ground="consent", by="ops", at=NOW
)


def told(status: EscalationStatus = EscalationStatus.PAGING, **more: object) -> RunTold:
    return RunTold.model_validate(
        {
            "run": "pt_a-1",
            "at": NOW,
            "opened_at": NOW,
            "status": status,
            "urgency": Urgency.URGENT,
            "kind": Kind.SCREEN_POSITIVE,
            **more,
        }
    )


def consent(**more: object) -> SharingConsent:
    return SharingConsent.model_validate(
        {
            "id": "co_1",
            "recipient": "county",
            "covers": {"key": "k1", "box": "eA=="},
            "document": "cabinet 3",
            "given_at": NOW,
            "expires_on": date(2026, 11, 24),
            "by": "ops",
            **more,
        }
    )


class Played:
    """A delivery, and a hand that lets things happen to it."""

    def __init__(self) -> None:
        self.state = Delivery.empty("deliveries.county.task-1")
        self.now = NOW

    def take(self, events: tuple[DeliveryEvent, ...]) -> tuple[DeliveryEvent, ...]:
        for event in events:
            self.state = evolve(self.state, event)
        return events

    def queue(self, revision: int, content: RunTold | None = None, *, wanted: bool = True) -> None:
        self.take(
            decide.queue(
                self.state, Resource.TASK, "pt_a", revision, content or told(), self.now, wanted=wanted
            )
        )

    def begin(self) -> None:
        self.take(decide.begin(self.state, MAY, self.now))

    def fails(self, why: str = "http_503", wait: timedelta | None = None) -> None:
        self.take(decide.failed(self.state, self.state.attempt, why, wait, self.now))

    def works(self) -> None:
        self.take(decide.accepted(self.state, self.state.attempt, 200, self.now))


def test_it_is_tried_later_and_later_and_then_parked_and_tried_on_slowly() -> None:
    """Delays of 10 s to 6 h; the ninth failure parks, ops are to be told once, then every six hours."""
    one, tried = Played(), []
    one.queue(5)
    for _ in range(9):
        assert due(one.state) is not None
        one.now = max(one.now, due(one.state) or one.now)
        tried.append(one.now - NOW)
        one.begin()
        one.fails()

    minutes = [int(span.total_seconds() // 60) for span in tried]
    assert minutes == [0, 0, 0, 2, 12, 42, 102, 282, 642]
    assert (one.state.status, one.state.why) == (DeliveryStatus.PARKED, "tries")
    assert decide.must_tell(one.state) and due(one.state) == one.now

    one.take(decide.told(one.state, one.now))
    assert due(one.state) == one.now + timedelta(hours=6)
    one.now += timedelta(hours=6)
    one.begin()
    one.fails()
    assert one.state.status is DeliveryStatus.PARKED and not decide.must_tell(one.state)
    one.now += timedelta(hours=6)
    one.begin()
    one.works()
    assert (one.state.status, due(one.state)) == (DeliveryStatus.ACCEPTED, None)


def test_a_try_without_an_outcome_is_repeated_when_its_lease_is_over() -> None:
    one = Played()
    one.queue(5)
    one.begin()
    assert due(one.state) == NOW + decide.LEASE

    one.now = NOW + decide.LEASE
    one.begin()
    assert one.state.attempt == 2
    # The dead try's answer comes after all, and counts for nothing: the second one is under way.
    assert decide.accepted(one.state, 1, 200, one.now) == ()
    one.works()
    assert one.state.status is DeliveryStatus.ACCEPTED


def test_the_newest_state_replaces_one_that_was_not_brought() -> None:
    one = Played()
    one.queue(5)
    one.begin()
    one.queue(9, told(EscalationStatus.HELD))
    one.queue(7, told(EscalationStatus.PAGING))
    assert one.state.status is DeliveryStatus.INTENDED

    one.works()
    assert (one.state.sent, one.state.revision, due(one.state)) == (5, 9, NOW)
    one.begin()
    one.works()
    assert (one.state.sent, due(one.state)) == (9, None)


def test_what_says_nothing_new_and_what_nobody_wants_is_not_queued() -> None:
    one = Played()
    one.queue(3, wanted=False)
    assert one.state.status is DeliveryStatus.NEW
    one.queue(5)
    one.begin()
    one.works()
    one.queue(6)
    assert one.state.revision == 5

    one.queue(8, told(EscalationStatus.CLOSED), wanted=False)

    assert one.state.status is DeliveryStatus.WAITING, "what was begun is told to its end"


def test_a_recipient_may_ask_for_more_patience_but_not_for_ever() -> None:
    one = Played()
    one.queue(5)
    one.begin()
    one.fails("http_429", timedelta(minutes=7))
    assert due(one.state) == NOW + timedelta(minutes=7)
    one.now = NOW + timedelta(minutes=7)
    one.begin()
    one.fails("http_429", timedelta(days=9))
    assert due(one.state) == one.now + decide.SLOWLY


def test_without_a_ground_it_is_parked_until_a_person_asks_again_or_something_new_happens() -> None:
    one = Played()
    one.queue(5)
    one.take(decide.begin(one.state, "no_consent", NOW))
    one.take(decide.told(one.state, NOW))
    assert (one.state.status, due(one.state)) == (DeliveryStatus.PARKED, None)

    one.take(decide.retry(one.state, NOW))
    one.take(decide.begin(one.state, "no_consent", NOW))
    assert not decide.must_tell(one.state), "they know"
    one.queue(9, told(EscalationStatus.HELD))
    one.begin()
    one.works()
    assert one.state.status is DeliveryStatus.ACCEPTED


def test_what_the_recipient_refuses_is_not_sent_again() -> None:
    one = Played()
    one.queue(5)
    one.begin()
    one.take(decide.refused(one.state, 1, "refused", 422, None, NOW))
    one.take(decide.told(one.state, NOW))
    assert (one.state.status, one.state.http, due(one.state)) == (DeliveryStatus.PARKED, 422, None)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("queue begin fail work refuse stop tell retry".split()), st.integers(0, 40))
    )
)
def test_whatever_happens_an_open_delivery_is_due_and_the_newest_is_brought_in_the_end(
    steps: list[tuple[str, int]],
) -> None:
    one = Played()
    newest = 0
    for what, number in steps:
        one.now += timedelta(minutes=number)
        match what:
            case "queue":
                before = one.state.revision
                one.queue(number, told(urgency=list(Urgency)[number % 4], at=one.now))
                newest = max(newest, one.state.revision)
                assert one.state.revision >= before
            case "begin":
                one.begin()
            case "fail":
                one.fails()
            case "work":
                one.works()
            case "refuse":
                one.take(decide.refused(one.state, one.state.attempt, "refused", 400, None, one.now))
            case "stop":
                one.take(decide.begin(one.state, "revoked", one.now))
            case "tell":
                one.take(decide.told(one.state, one.now))
            case _:
                one.take(decide.retry(one.state, one.now))
        settled = one.state.status in (DeliveryStatus.NEW, DeliveryStatus.ACCEPTED)
        parked = one.state.status is DeliveryStatus.PARKED and one.state.told
        assert settled or parked or due(one.state) is not None
    if one.state.status is DeliveryStatus.NEW:
        return
    one.take(decide.told(one.state, one.now))
    one.take(decide.retry(one.state, one.now))
    for _ in range(3):
        one.now = max(one.now, due(one.state) or one.now)
        one.begin()
        one.works()
    assert one.state.status is DeliveryStatus.ACCEPTED
    assert one.state.sent == one.state.revision == newest


# -- grounds ---------------------------------------------------------------------------------


def may(
    recipient: Recipient = COUNTY, content: object = None, part2: tuple[str, ...] = (), **of: object
) -> object:
    patient = Patient.model_validate({"id": "pt_a", **of})
    found = grounds.permit(recipient, patient, content or told(), part2, NOW)  # type: ignore[arg-type]
    return found if isinstance(found, str) else (found.ground.value, found.labelled, found.reduced)


def test_consent_is_looked_up_on_the_patients_own_day() -> None:
    """24 Nov 08:10 UTC is 24 Nov in New York: the last day of the consent."""
    assert may() == "no_consent"
    assert may(sharing=(consent(recipient="other"),)) == "no_consent"
    assert may(sharing=(consent(),)) == ("consent", False, False)
    assert may(sharing=(consent(expires_on=date(2026, 11, 23)),)) == "expired"
    assert may(sharing=(consent(revoked_at=NOW),)) == "revoked"
    assert may(sharing=(consent(revoked_at=NOW), consent(id="co_2"))) == ("consent", False, False)
    assert may(erased_at=NOW, sharing=(consent(),)) == "erased"
    assert may(COUNTY.model_copy(update={"active": False}), sharing=(consent(),)) == "no_recipient"
    assert grounds.permit(None, Patient(id="pt_a"), told(), (), NOW) == "no_recipient"
    assert grounds.permit(COUNTY, None, told(), (), NOW) == "no_patient"


def test_substance_use_needs_both_the_recipient_and_the_consent() -> None:
    drug = told(kind=Kind.SUBSTANCE_POSITIVE, substance=True)
    score = ScreenTold(at=NOW, instrument="dast-10", occurred_at=NOW, standing=Standing.FINAL, substance=True)
    wide = COUNTY.model_copy(update={"substance": True})
    both = (consent(substance=True),)

    assert may(wide, drug, sharing=both) == ("consent", True, False)
    assert may(wide, score, sharing=both) == ("consent", True, False)
    # The escalation goes on without its kind; a score that tells of it does not go at all.
    assert may(wide, drug, sharing=(consent(),)) == ("consent", False, True)
    assert may(COUNTY, drug, sharing=both) == ("consent", False, True)
    assert may(COUNTY, score, sharing=both) == "substance"
    # Who is told of one kind alone would know it from being told.
    assert may(wide.model_copy(update={"kinds": (Kind.SUBSTANCE_POSITIVE,)}), drug, sharing=(consent(),)) == (
        "substance"
    )


def test_everything_of_a_patient_of_an_addiction_programme_is_a_part_2_record() -> None:
    part2 = ("addiction",)
    wide = COUNTY.model_copy(update={"substance": True})
    assert may(part2=part2, programme="addiction", sharing=(consent(),)) == "substance"
    assert may(wide, None, part2, programme="addiction", sharing=(consent(substance=True),)) == (
        "consent",
        True,
        False,
    )
    assert may(part2=part2, programme="depression", sharing=(consent(),)) == ("consent", False, False)
    assert may(part2=part2, sharing=(consent(),)) == ("consent", False, False)
    assert may(part2=("*",), sharing=(consent(),)) == "substance"


def test_an_exception_stands_for_all_patients_and_names_its_agreement() -> None:
    within = COUNTY.model_copy(
        update={"ground": Ground.SERVICE_ORGANIZATION, "basis": "QSOA 12", "substance": True}
    )
    found = grounds.permit(within, Patient(id="pt_a"), told(substance=True), (), NOW)
    assert isinstance(found, Permit)
    assert (found.ground, found.basis, found.labelled) == (Ground.SERVICE_ORGANIZATION, "QSOA 12", True)


@pytest.mark.parametrize(
    ("kind", "tags", "tells"),
    [
        (Kind.SUBSTANCE_POSITIVE, (), True),
        (Kind.WITHDRAWAL, (), True),
        (Kind.DOSE_MISSED, (), True),
        (Kind.DOSE_MISSED, ("agonist-doses",), True),
        (Kind.DOSE_MISSED, ("lithium-doses",), False),
        (Kind.SCREEN_POSITIVE, ("phq-9", "phq9_item9"), False),
        (Kind.SCREEN_POSITIVE, ("dast-10",), True),
        (Kind.PATIENT_ALERT, ("relapse_or_overdose_risk",), True),
        (Kind.PATIENT_ALERT, ("plan", "means"), False),
        (Kind.SESSION_MISSED, (), False),
    ],
)
def test_what_tells_of_substance_use(kind: Kind, tags: tuple[str, ...], tells: bool) -> None:
    assert substance.tells(kind, tags) is tells


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://fhir.example.org/r4", True),
        ("http://127.0.0.1:8095/fhir", True),
        ("http://fhir.example.org/r4", False),
        ("http://localhost/fhir", False),
        ("https://user:secret@fhir.example.org", False),
        ("https://fhir.example.org/r4?token=1", False),
        ("ftp://fhir.example.org", False),
        ("https://", False),
        ("https://host:99999/", False),
    ],
)
def test_addresses_are_https_or_this_machine(url: str, fine: bool) -> None:
    assert (address_fault(url) == "") is fine


def test_a_standing_feed_rests_on_no_exception_for_a_single_case() -> None:
    with pytest.raises(ValueError, match="single case"):
        Recipient(id="er", name="ER", base_url="https://e.r", ground=Ground.EMERGENCY, by="ops", at=NOW)

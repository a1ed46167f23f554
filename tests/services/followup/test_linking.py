"""Two records of one person: consents, refusals and protections follow the link."""

from datetime import date, time

import pytest

from contracts.people import Patient
from contracts.privacy import Hours, NotSafe, SupportContact, TextConsent
from contracts.values import Sealed
from services.followup.core.linking import merged
from tests.services.followup.case import wall

SEALED = Sealed(key="k1", box="eA==")
GIVEN = TextConsent(risk_notice_version="1", accepted_at=wall("2026-01-01 12:00"), by="sam")
TAKEN_BACK = GIVEN.model_copy(update={"revoked_at": wall("2026-06-01 12:00")})
AGAIN = GIVEN.model_copy(update={"accepted_at": wall("2026-09-01 12:00")})


def contact(name, **changed):
    fields = {
        "id": name,
        "name": SEALED,
        "given_at": wall("2026-01-01 12:00"),
        "expires_on": date(2027, 1, 1),
        "by": "sam",
    }
    return SupportContact(**(fields | changed))


@pytest.mark.parametrize("field", ["text_consent", "plan_text_consent"])
@pytest.mark.parametrize(
    ("ours", "theirs", "holds"),
    [
        (None, GIVEN, GIVEN),
        (GIVEN, None, GIVEN),
        (GIVEN, TAKEN_BACK, TAKEN_BACK),
        (TAKEN_BACK, GIVEN, TAKEN_BACK),
        (TAKEN_BACK, AGAIN, AGAIN),
        (None, None, None),
    ],
)
def test_of_two_words_about_a_consent_the_later_one_holds(field, ours, theirs, holds):
    after = merged(Patient(id="pt_a", **{field: ours}), Patient(id="pt_b", **{field: theirs}))
    assert getattr(after, field) == holds


def test_what_protects_follows_and_nothing_lowers_it():
    hours = Hours(start=time(22), end=time(7))
    risky = Patient(
        id="pt_b",
        high_risk=True,
        minor=True,
        discharged_on=date(2026, 11, 20),
        safety_plan=SEALED,
        opted_out_at=wall("2026-11-01 12:00"),
        quiet_hours=hours,
        not_safe=NotSafe(when="always", since=wall("2026-11-01 12:00"), by="sam"),
        tags=("pregnant",),
    )
    neutral = NotSafe(when="neutral", since=wall("2026-11-02 12:00"), by="sam")
    for before in (Patient(id="pt_a"), Patient(id="pt_a", not_safe=neutral, tags=("pregnant",))):
        after = merged(before, risky)
        assert (after.id, after.high_risk, after.minor, after.tags) == ("pt_a", True, True, ("pregnant",))
        assert (after.discharged_on, after.safety_plan) == (date(2026, 11, 20), SEALED)
        assert (after.opted_out_at, after.quiet_hours) == (risky.opted_out_at, hours)
        assert after.not_safe == risky.not_safe
    assert merged(risky, Patient(id="pt_c")) == risky


def test_support_contacts_come_together_and_what_was_taken_back_stays_so():
    gone = contact("sc_1", revoked_at=wall("2026-11-01 12:00"))
    for ours, theirs in (((contact("sc_1"),), (gone, contact("sc_2"))), ((gone,), (contact("sc_1"),))):
        after = merged(Patient(id="pt_a", contacts=ours), Patient(id="pt_b", contacts=theirs))
        assert after.contacts[0] == gone
        assert len(after.contacts) == len({one.id for one in (*ours, *theirs)})


def test_of_an_erased_record_nothing_follows_and_to_one_nothing_goes():
    erased = {"erased_at": wall("2026-11-01 12:00")}
    one = Patient(id="pt_a")
    assert merged(one, Patient(id="pt_b", text_consent=GIVEN, **erased)) == one
    gone = Patient(id="pt_a", **erased)
    assert merged(gone, Patient(id="pt_b", text_consent=GIVEN)) == gone


def test_a_repetition_changes_nothing():
    old = Patient(id="pt_b", text_consent=GIVEN, contacts=(contact("sc_1"),), tags=("x",))
    once = merged(Patient(id="pt_a"), old)
    assert merged(once, old) == once

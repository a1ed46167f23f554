"""Support contacts: who may be texted in this second, and whose phone it is that texts us."""

from datetime import date

import pytest

from contracts.people import Patient
from contracts.privacy import ContactScope, SupportContact
from contracts.values import Sealed
from services.followup.core import contacts
from services.followup.settings import FollowupSettings
from tests.services.followup.case import wall

TODAY, NUMBER = date(2026, 11, 24), "+12025550190"
SEALED = Sealed(key="k1", box="eA==")


def contact(**changed):
    fields = {
        "id": "sc_1",
        "name": SEALED,
        "phone": SEALED,
        "phone_ref": f"h1-{'a' * 32}",
        "given_at": wall("2026-01-01 12:00"),
        "expires_on": date(2026, 12, 31),
        "by": "sam",
    }
    return SupportContact(**(fields | changed))


def patient(*known, **changed):
    return Patient(id="pt_a", contacts=known, **changed)


@pytest.mark.parametrize("scope", ContactScope)
def test_with_a_consent_that_stands_they_may_be_asked_to_call(scope):
    one = contact(scope=scope)
    assert contacts.why_not(patient(one), one, TODAY, NUMBER) == ""


@pytest.mark.parametrize(
    ("one", "number", "why"),
    [
        (contact(), "", "no number for support contacts"),
        (None, NUMBER, "no such contact"),
        (contact(revoked_at=wall("2026-11-24 11:59")), NUMBER, "took the consent back"),
        (contact(expires_on=date(2026, 11, 23)), NUMBER, "ended on 2026-11-23"),
        (contact(phone=None), NUMBER, "no phone"),
    ],
)
def test_else_they_are_not_and_it_is_said_why(one, number, why):
    assert why in contacts.why_not(patient(), one, TODAY, number)


def test_the_last_day_of_a_consent_counts():
    one = contact(expires_on=TODAY)
    assert contacts.why_not(patient(one), one, TODAY, NUMBER) == ""


def test_an_erased_record_has_no_contacts():
    one = contact()
    erased = patient(one, erased_at=wall("2026-11-01 12:00"))
    assert "erased" in contacts.why_not(erased, one, TODAY, NUMBER)


def test_a_phone_is_found_among_contacts_even_when_the_consent_has_ended():
    ended = contact(revoked_at=wall("2026-11-01 12:00"))
    everybody = (patient(ended), Patient(id="pt_b", phone_ref=f"h1-{'b' * 32}"))
    assert contacts.whose(everybody, frozenset({ended.phone_ref})) == (("pt_a", "sc_1"),)
    assert contacts.whose(everybody, frozenset({f"h1-{'b' * 32}"})) == ()
    assert contacts.is_patients(everybody, frozenset({f"h1-{'b' * 32}"}))


@pytest.mark.parametrize(
    ("own", "used"), [("", ""), ("+12025550190", "+12025550190"), ("+12025550100", ""), ("+12025550101", "")]
)
def test_the_number_is_never_the_crisis_lines_or_the_staffs(own, used):
    settings = FollowupSettings(
        contact_number=own, patient_number="+12025550101", staff_number="+12025550100"
    )
    assert settings.own_number() == used


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"followup_calendar": "7days"}, "followup_calendar"),
        ({"followup_zone": "Mars"}, "followup_zone"),
        ({"followup_latest": "23:00"}, "followup_latest"),
    ],
)
def test_a_wrong_setting_is_named(wrong, named):
    with pytest.raises(ValueError, match=named):
        FollowupSettings(**wrong)


def test_a_window_that_never_opens_is_refused():
    with pytest.raises(ValueError, match="VIGIL_FOLLOWUP_EARLIEST"):
        FollowupSettings(followup_earliest="19:00", followup_latest="10:00").limits()

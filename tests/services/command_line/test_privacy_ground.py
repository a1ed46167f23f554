"""Nothing leaves without a ground: consent with what it covers, or an exception with what it rests on."""

import pytest

from contracts.privacy import Ground
from services.command_line.privacy_ground import EXCEPTIONS, RULES, grounds
from services.command_line.troubles import Trouble


@pytest.mark.parametrize(
    ("consent", "scope", "exception", "basis", "missing"),
    [
        ("", "", "", "", "on what ground"),
        (" ", "", "", "", "on what ground"),
        ("form 4", "all", "patient", "", "not both"),
        ("form 4", "", "", "", "--scope"),
        ("", "", "subpoena", "", "--exception: 'subpoena' is none of"),
        ("", "", "court_order", "", "--basis"),
        ("", "", "audit", " ", "--basis"),
    ],
)
def test_what_is_missing_is_named(consent: str, scope: str, exception: str, basis: str, missing: str) -> None:
    with pytest.raises(Trouble, match=missing):
        grounds(consent, scope, exception, basis)


def test_consent_goes_along_with_what_it_covers() -> None:
    given = grounds("form 4", "attendance, to the county", "", "")

    assert given.ground is Ground.CONSENT
    assert given.sentence == (
        "with the patient's written consent (kept as form 4), 42 CFR 2.31, 2.33. "
        "It covers: attendance, to the county"
    )


@pytest.mark.parametrize("exception", EXCEPTIONS)
def test_each_exception_names_its_rule(exception: str) -> None:
    given = grounds("", "", exception, "letter 3")

    assert given.ground == exception and "42 CFR 2." in given.sentence and "without consent" in given.sentence


def test_every_ground_has_its_rule() -> None:
    assert set(RULES) == set(Ground)

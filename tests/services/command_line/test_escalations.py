"""What is open, and one escalation told whole."""

import pytest

from tests.support.site import Site


def test_the_board_shows_what_is_open_and_who_has_it(site: Site, night: str) -> None:
    said = site.vigil("escalations", "--once").output

    assert "K7" in said and "pt_night" in said and "held" in said and "clinician_1" in said
    assert "in 11 min" in said
    assert "pt_day" not in said
    assert "pt_day" in site.vigil("escalations", "--once", "--all").output


@pytest.mark.parametrize("which", ["K7", "k7", "pt_night", "escalations.pt_night"])
def test_one_escalation_is_told_whole_with_its_pages(site: Site, night: str, which: str) -> None:
    said = site.vigil("escalations", which).output

    story = [
        "opened as K7",
        "round 1, step 1",
        "page clinician_1",
        '"VIGIL K7 NOW',
        "takes it, by",
        "TAKES IT",
    ]
    places = [said.index(part) for part in story]
    assert places == sorted(places)


def test_an_escalation_that_is_not_there_says_what_to_give(site: Site, night: str) -> None:
    for wrong in ("K9", "pt_nobody"):
        assert "has no escalation; give a code" in site.vigil("escalations", wrong).stderr
    assert "neither a code" in site.vigil("escalations", "a b").stderr

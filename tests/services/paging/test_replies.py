"""Which page a text is about."""

from datetime import timedelta

import pytest

from contracts.escalations import Telling
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import parse
from contracts.values import Kind, Urgency
from services.paging.core import texts
from services.paging.core.chosen import About, Chosen, Say
from services.paging.core.replies import choose, is_loop
from tests.services.paging.desk import START

NOW = START + timedelta(hours=1)


def page(
    code: str,
    minute: int = 0,
    status: PageStatus = PageStatus.OUT,
    urgency: Urgency = Urgency.URGENT,
    *,
    told: bool = True,
    **changes: object,
) -> PageBrief:
    asked = START + timedelta(minutes=minute)
    return PageBrief(
        page=f"{code}-{minute}",
        responder="kim",
        run=f"run-{code}",
        code=code,
        purpose=Purpose.PAGE,
        status=status,
        urgency=urgency,
        kind=Kind.PATIENT_ALERT,
        evidence=1,
        told=1 if told else 0,
        told_at=asked if told else None,
        asked_at=asked,
    ).model_copy(update=changes)


def message(code: str, minute: int, telling: Telling) -> PageBrief:
    return page(code, minute, PageStatus.DONE, purpose=Purpose.MESSAGE, telling=telling)


def held(code: str, minute: int = 0) -> PageBrief:
    return page(code, minute, PageStatus.ACKNOWLEDGED)


def chosen(text: str, *briefs: PageBrief, code_known: bool = True) -> Chosen:
    return choose(parse(text), briefs, code_known, NOW)


def about(text: str, *briefs: PageBrief) -> str:
    found = chosen(text, *briefs)
    assert isinstance(found, About), found
    return found.page.page


def said(text: str, *briefs: PageBrief, code_known: bool = True) -> str:
    found = chosen(text, *briefs, code_known=code_known)
    assert isinstance(found, Say), found
    return found.text


def test_a_bare_1_takes_the_most_urgent_page_told_then_the_oldest_and_lists_the_rest() -> None:
    briefs = (
        page("K7", 1),
        page("M3", 0),
        page("P4", 5, urgency=Urgency.IMMINENT),
        page("R6", 6, told=False),
    )

    found = chosen("1", *briefs)

    assert isinstance(found, About)
    assert found.page.code == "P4"
    assert [other.code for other in found.others] == ["M3", "K7"]


def test_a_word_in_a_conversation_takes_nothing_and_the_figure_does() -> None:
    held = page("K7", 1, status=PageStatus.ACKNOWLEDGED)
    out = page("M3", 5)

    assert "Reply 1 to take M3" in said("take", held, out)
    found = chosen("1", held, out)
    assert isinstance(found, About) and found.page.code == "M3"
    found = chosen("take M3", held, out)
    assert isinstance(found, About) and found.page.code == "M3"


def test_a_page_that_has_not_gone_out_is_not_taken_by_a_bare_1() -> None:
    assert said("1", page("K7", 59, told=False)) == texts.nothing_open_text()
    waiting = page("K7", 59, told=False)
    assert about("1", waiting, page("M3", 1)) == "M3-1"


def test_a_page_whose_acceptance_is_not_known_yet_is_taken_when_it_is_alone() -> None:
    assert about("1", page("K7", 59, told=False, intended_at=NOW)) == "K7-59"


def test_a_late_1_is_about_the_only_run_there_was() -> None:
    assert about("1", page("K7", 0, PageStatus.WITHDRAWN), page("K7", 5, PageStatus.SUPERSEDED)) == "K7-5"
    several = page("K7", 0, PageStatus.WITHDRAWN), page("M3", 0, PageStatus.WITHDRAWN)
    assert said("1", *several) == "VIGIL: which? 1 K7 or 1 M3"
    assert said("1") == texts.nothing_open_text()
    assert said("1", page("K7", -60 * 30, PageStatus.WITHDRAWN)) == texts.nothing_open_text()


def test_a_code_finds_its_newest_page() -> None:
    assert about("k7 1", page("K7", 0, PageStatus.SUPERSEDED), page("K7", 9), page("M3", 3)) == "K7-9"
    assert about("1k7", page("K7", 0, PageStatus.SUPERSEDED)) == "K7-0"


def test_a_code_that_is_closed_or_was_never_used_is_answered() -> None:
    assert said("K7 1", page("M3")) == texts.closed_code_text("K7")
    assert said("K7 1", page("M3"), code_known=False) == texts.not_understood_text(["M3"])


@pytest.mark.parametrize(
    "text", ["3", "call", "4 spoke", "confirm officer diaz", "5", "give lee", "snooze 2h"]
)
def test_a_holders_text_without_a_code_is_about_what_they_hold(text: str) -> None:
    assert about(text, held("K7"), page("M3", 5)) == "K7-0"


def test_holding_several_they_are_asked_which() -> None:
    assert said("3", held("K7"), held("M3", 1)) == "VIGIL: which? 3 K7 or 3 M3"
    assert said("4 safety plan", held("K7"), held("M3", 1)) == "VIGIL: which? 4 K7 2 or 4 M3 2"
    assert said("5", held("K7"), held("M3", 1)) == "VIGIL: which? 5 K7 or 5 M3"
    assert said("give lee", held("K7"), held("M3", 1)) == "VIGIL: which? GIVE K7 or GIVE M3, and the name"


def test_a_run_that_closed_or_went_to_somebody_else_is_no_longer_held() -> None:
    briefs = (
        held("K7"),
        message("K7", 1, Telling.YOU_HAVE_IT),
        message("K7", 9, Telling.CLOSED),
        held("M3", 2),
        held("P4", 3),
        message("P4", 4, Telling.OTHER_HAS_IT),
    )

    assert about("3", *briefs) == "M3-2"
    assert said("3", *briefs, message("K7", 10, Telling.UNDONE)) == "VIGIL: which? 3 K7 or 3 M3"


def test_what_was_handed_over_without_a_page_is_held_too() -> None:
    assert about("3", message("K7", 1, Telling.YOU_HAVE_IT)) == "K7-1"


def test_a_drill_or_test_page_that_was_answered_is_not_held_and_a_helper_holds_nothing() -> None:
    briefs = (
        held("K7"),
        page("P4", 1, PageStatus.ACKNOWLEDGED, drill=True),
        message("P4", 2, Telling.DRILL_ANSWERED),
        page("R6", 3, PageStatus.ACKNOWLEDGED, test=True),
        message("R6", 4, Telling.TEST_ANSWERED),
        page("T7", 5, PageStatus.ACKNOWLEDGED),
        message("T7", 6, Telling.HELPING),
    )

    assert about("3", *briefs) == "K7-0"


def test_a_bare_1_takes_a_real_page_before_a_drill() -> None:
    drill = page("P4", 0, urgency=Urgency.IMMINENT, drill=True)

    assert about("1", drill, page("K7", 9, urgency=Urgency.SOON)) == "K7-9"
    assert about("1", drill) == "P4-0"


def test_undo_is_about_what_they_answered_last() -> None:
    briefs = (
        page("K7", 0, PageStatus.ACKNOWLEDGED, answered_at=NOW - timedelta(minutes=1)),
        message("K7", 9, Telling.CLOSED),
        page("M3", 2, PageStatus.ACKNOWLEDGED, answered_at=NOW - timedelta(minutes=9)),
    )

    assert about("undo", *briefs) == "K7-0"
    assert said("undo") == texts.nothing_open_text()


def test_signing_is_about_what_they_were_asked_to_sign() -> None:
    briefs = held("M3", 5), message("K7", 3, Telling.SIGN_PLEASE)

    assert about("sign", *briefs) == "K7-3"
    assert about("sign K7", *briefs) == "K7-3"
    assert said("sign", held("M3")) == texts.nothing_open_text()


def test_a_pass_is_about_the_page_that_is_out_else_about_what_they_hold() -> None:
    assert about("2", held("K7"), page("M3", 5)) == "M3-5"
    assert about("2", held("K7")) == "K7-0"
    assert about("2 K7", held("K7"), page("K7", 7, PageStatus.SUPERSEDED)) == "K7-0"


@pytest.mark.parametrize("text", ["ok", "yes", "K"])
def test_seen_takes_nothing_and_says_how_to_take(text: str) -> None:
    assert said(text, page("K7"), page("M3", urgency=Urgency.IMMINENT)) == texts.seen_text("M3")
    assert said(text, held("K7")) == texts.seen_text("K7", held=True)
    assert said(text, held("K7").model_copy(update={"kind": Kind.SYSTEM_FAULT})) == texts.nothing_open_text()


def test_seen_with_a_code_says_how_to_take_that_one() -> None:
    assert said("K7 ok", page("K7"), page("M3", urgency=Urgency.IMMINENT)) == texts.seen_text("K7")
    assert said("K7 ok", held("K7")) == texts.seen_text("K7", held=True)
    assert said("M3 ok", held("K7"), page("M3", 0, PageStatus.WITHDRAWN)) == texts.nothing_open_text()


def test_a_bare_4_lists_the_dispositions_that_apply() -> None:
    assert said("4", held("K7")) == texts.dispositions_text("K7", False)
    fault = held("K7").model_copy(update={"kind": Kind.SYSTEM_FAULT})
    assert said("4 K7", fault) == texts.dispositions_text("K7", True)


def test_more_is_about_the_most_urgent_page_out_else_about_what_they_hold() -> None:
    assert about("?", held("K7"), page("M3", 5)) == "M3-5"
    assert about("?", held("K7")) == "K7-0"
    assert said("?") == texts.nothing_open_text()


def test_help_start_stop_and_words_are_answered() -> None:
    assert said("help", page("K7")) == texts.help_text()
    assert said("start") == texts.start_text()
    assert said("stop") == texts.stop_text()
    assert said("what is this", page("K7")) == texts.not_understood_text(["K7"])
    assert said("7", page("K7")) == texts.not_understood_text(["K7"])


def test_a_phone_that_answers_each_answer_by_itself_is_not_answered_for_ever() -> None:
    answers = [page("K7", minute, purpose=Purpose.ANSWER) for minute in (*range(51, 58), *range(51, 59))]
    assert is_loop(parse("Driving"), answers, NOW)
    assert not is_loop(parse("1"), answers, NOW)
    assert not is_loop(parse("Driving"), answers[1:], NOW)
    assert not is_loop(parse("Driving"), answers, NOW + timedelta(minutes=5))


def test_whoever_holds_it_is_told_how_a_single_word_reaches_the_patient() -> None:
    assert said("hello", held("K7")) == (
        "VIGIL: not understood, not sent. To text them write K7: and your words. Or CALL K7, 3 K7, 4 K7. "
        "HELP lists the rest."
    )
    told = said("M3 hi", held("K7"), held("M3"), page("P4"))
    assert "write M3: and your words" in told and "Yours: M3, K7." in told and "1 P4 takes P4." in told


def test_answers_and_bridges_are_never_what_a_text_is_about() -> None:
    answer = page("K7", purpose=Purpose.ANSWER)
    bridge = page("K7", purpose=Purpose.BRIDGE)

    assert said("1", answer, bridge) == texts.nothing_open_text()


def test_what_went_out_after_they_wrote_is_not_what_they_meant() -> None:
    """The text waited; meanwhile a more urgent page went out, or theirs was taken by somebody else."""
    later = page("P4", 61, urgency=Urgency.IMMINENT, intended_at=START + timedelta(minutes=61))
    assert about("1", page("K7", 1), later) == "K7-1"
    assert about("1", page("K7", 1, PageStatus.WITHDRAWN), later) == "K7-1"
    assert about("2", page("K7", 1), later) == "K7-1"

"""Which notice a text is about."""

from datetime import timedelta

import pytest

from contracts.notices import NoticeKind
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import parse
from services.paging.core import texts
from services.paging.core.chosen import About, Chosen, Confirms, Say
from services.paging.core.names import resolve
from services.paging.core.replies import choose, heard_before
from tests.services.paging.desk import START
from tests.services.paging.test_replies import held, page

NOW = START + timedelta(days=2)


def told(
    name: str,
    kind: NoticeKind = NoticeKind.SHIFT_TOMORROW,
    hours: float = 0,
    *,
    shift: str = "crisis friday",
    accepted: bool = True,
    **changes: object,
) -> PageBrief:
    """A notice asked for so many hours after START; an offer's name is its number."""
    asked = START + timedelta(hours=hours)
    asks = kind in (NoticeKind.SHIFT_TOMORROW, NoticeKind.SHIFT_SOON)
    return PageBrief(
        page=f"{name}-{hours:g}",
        responder="kim",
        run="none",
        purpose=Purpose.NOTICE,
        status=PageStatus.DONE,
        notice=kind,
        number="" if asks else name,
        shift=shift if asks else "",
        until=START + timedelta(days=4),
        asked_at=asked,
        intended_at=asked,
        told_at=asked if accepted else None,
    ).model_copy(update=changes)


def offer(number: str, hours: float = 0, **changes: object) -> PageBrief:
    return told(number, NoticeKind.SWAP_OFFERED, hours, **changes)  # type: ignore[arg-type]


def chosen(text: str, *briefs: PageBrief) -> Chosen:
    return choose(parse(text), briefs, True, NOW)


def confirmed(text: str, *briefs: PageBrief) -> list[tuple[str, tuple[str, ...]]]:
    found = chosen(text, *briefs)
    assert isinstance(found, Confirms), found
    return [(each.notice.page, each.earlier) for each in found.shifts]


def about(text: str, *briefs: PageBrief) -> str:
    found = chosen(text, *briefs)
    assert isinstance(found, About), found
    return found.page.page


def said(text: str, *briefs: PageBrief) -> str:
    found = chosen(text, *briefs)
    assert isinstance(found, Say), found
    return found.text


def test_a_6_confirms_each_shift_told_through_its_newest_notice() -> None:
    briefs = (
        told("a", hours=1),
        told("b", NoticeKind.SHIFT_SOON, 12),
        told("c", hours=20, shift="ops sunday"),
        page("K7"),
    )

    assert confirmed("6", *briefs) == [("b-12", ("a-1",)), ("c-20", ())]


def test_a_shift_confirmed_before_is_not_confirmed_again() -> None:
    answered = told("a", answered_at=START + timedelta(hours=2))

    assert said("6", answered, told("b", NoticeKind.SHIFT_SOON, 12)) == texts.no_shift_text(
        "", confirmed=True
    )
    assert confirmed("6", answered, told("c", shift="ops sunday")) == [("c-0", ())]


def test_a_notice_of_three_days_ago_is_answerable_until_its_shift_ends() -> None:
    """Told on the 24th, the shift ends on the 28th."""
    asked = told("a")

    assert isinstance(choose(parse("6"), [asked], True, START + timedelta(days=3, hours=20)), Confirms)
    late = choose(parse("6"), [asked], True, START + timedelta(days=4))
    assert late == Say(texts.no_shift_text("", confirmed=False))


def test_what_was_told_after_they_wrote_is_not_confirmed() -> None:
    assert confirmed("6", told("a"), told("c", hours=49, shift="ops sunday")) == [("a-0", ())]
    later = told("a", told_at=NOW + timedelta(seconds=1), intended_at=NOW + timedelta(seconds=1))
    assert said("6", later) == texts.no_shift_text("", confirmed=False)


def test_one_whose_acceptance_is_not_known_yet_is_confirmed_when_no_other_waits() -> None:
    assert confirmed("6", told("a", accepted=False)) == [("a-0", ())]


def test_a_6_without_a_shift_says_so_and_takes_nothing() -> None:
    assert said("6") == "VIGIL: no shift waits for your confirmation."
    assert said("6", page("K7")) == "VIGIL: no shift waits for your confirmation. Reply 1 K7 to take it."
    assert said("6", held("K7")) == "VIGIL: no shift waits for your confirmation."


def test_a_6_with_a_code_changes_nothing() -> None:
    assert said("6 k7", page("K7"), told("a")) == texts.ready_code_text("K7")
    assert said("k76", held("K7")) == texts.ready_code_text("K7")


@pytest.mark.parametrize("text", ["1", "2", "ok", "yes"])
def test_a_key_of_pages_confirms_no_shift_and_says_how_to(text: str) -> None:
    assert said(text, told("a")) == texts.confirm_hint_text()
    assert said(text, told("a", hours=1), page("K7", 0, PageStatus.WITHDRAWN)) == texts.confirm_hint_text()
    assert said(text, told("a", hours=1), offer("3", 2)) == texts.swap_hint_text("3")


def test_the_same_keys_mean_a_page_where_there_is_one() -> None:
    assert about("1", told("a", hours=5), page("K7")) == "K7-0"
    assert about("2", told("a", hours=5), held("K7")) == "K7-0"
    assert said("ok", told("a", hours=5), page("K7")) == texts.seen_text("K7")
    since = page("K7", 24 * 60 + 10, PageStatus.WITHDRAWN)
    assert about("1", told("a", hours=1), since) == since.page


def test_a_yes_or_no_is_about_the_offer_of_that_number_or_the_only_one() -> None:
    assert about("swap yes", offer("3")) == "3-0"
    assert about("swap no 4", offer("3"), offer("4", 1)) == "4-1"
    assert said("swap yes", offer("3"), offer("4", 1)) == "VIGIL: which? SWAP YES 3 or SWAP YES 4"
    assert said("swap no", offer("3"), offer("4", 1)) == "VIGIL: which? SWAP NO 3 or SWAP NO 4"
    assert about("swap no", offer("3", answered_at=NOW), offer("4", 1)) == "4-1"


def test_an_offer_that_was_answered_withdrawn_or_never_made_is_said_to_be() -> None:
    done = offer("3", answered_at=NOW - timedelta(hours=1))

    assert said("swap no 3", done) == texts.swap_answered_text("3")
    assert said("swap no", done) == texts.swap_answered_text("3")
    assert said("swap yes 7", offer("3")) == texts.no_swap_text("7")
    assert said("swap yes") == texts.no_swap_text("")
    over = told("3", NoticeKind.SWAP_OVER, 2, until=None)
    assert said("swap yes 3", offer("3"), over) == texts.swap_over_text("3")
    assert said("swap yes", offer("3"), over) == texts.no_swap_text("")
    ended = offer("3", until=NOW)
    assert said("swap yes 3", ended) == texts.swap_over_text("3")


def test_a_number_that_comes_again_means_the_newest_offer() -> None:
    first, second = offer("3", answered_at=START), offer("3", 30)

    assert about("swap yes 3", first, second) == "3-30"


def test_six_digits_are_about_the_newest_code_sent_to_them() -> None:
    codes = told("a", NoticeKind.VERIFY, until=None), told("b", NoticeKind.VERIFY, 3, until=None)

    assert about("492817", *codes, page("K7")) == "b-3"
    assert said("492817", page("K7")) == texts.no_code_text()


def test_a_text_heard_before_is_about_the_notice_that_heard_it() -> None:
    asked = offer("3", answered_at=NOW)

    assert heard_before(asked, [asked, page("K7")]).page == asked


NAMES = {"kim2": "Kim", "lee": "Lee Park", "zoe": "Zoë", "ana": "Ana", "ana2": "Ana B."}


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("kim", "kim2"),
        ("KIM2", "kim2"),
        ("lee", "lee"),
        ("lee  park", "lee"),
        ("zoe", "zoe"),
        ("ana", None),
        ("ana b.", "ana2"),
        ("ana2", "ana2"),
        ("max", None),
        ("", None),
    ],
)
def test_a_typed_name_means_one_person_or_nobody(typed: str, who: str | None) -> None:
    assert resolve(typed, NAMES) == who


@pytest.mark.parametrize("status", [PageStatus.EXHAUSTED, PageStatus.SUPERSEDED])
def test_a_notice_swallows_no_1_to_a_page_whose_run_may_still_be_open(status: PageStatus) -> None:
    """Paged at 10:00, nothing got through as far as we know; told of a shift at 11:00; then `1`."""
    hour = timedelta(hours=1)
    paged = page("K7", status=status, asked_at=NOW - 2 * hour)
    shift = told("a", asked_at=NOW - hour, intended_at=NOW - hour, told_at=NOW - hour)

    assert about("1", paged, shift) == paged.page
    over = page("K7", status=PageStatus.WITHDRAWN, asked_at=NOW - 2 * hour)
    assert said("1", over, shift) == texts.confirm_hint_text()

"""An offer reaches the taker, an answer both, and nobody answers what is no longer open."""

from contracts.schedules import Swap, SwapStatus
from services.roster.core import swap_telling
from tests.services.roster.shell.people import DAY, HOUR, LINE, NOW, PEOPLE

OFFER = Swap(
    id="s1", number=1, schedule="primary", giver="ana", taker="ben", start=NOW + DAY, end=NOW + 2 * DAY,
    offered_at=NOW, offered_by="ana",
)  # fmt: skip


def told(swap: Swap, now=NOW + HOUR):
    found = swap_telling.tell([swap], {"primary": LINE}, PEOPLE, now)
    return [(notice.responder, notice.notice.value) for notice in found]


def test_an_offer_is_told_to_the_taker_until_its_span_is_over():
    assert told(OFFER) == [("ben", "swap_offered")]
    assert told(OFFER, NOW + 3 * DAY) == []


def test_an_accepted_one_is_told_to_both_and_a_refused_one_to_the_giver():
    yes = swap_telling.answered(OFFER, True, "ben", NOW + HOUR)
    no = swap_telling.answered(OFFER, False, "ben", NOW + HOUR)

    assert told(yes) == [("ana", "swap_accepted"), ("ben", "swap_accepted")]
    assert told(no) == [("ana", "swap_refused")]
    assert told(yes, NOW + 2 * DAY) == [], "no news the next day"


def test_what_was_answered_or_is_over_stays_as_it_is():
    yes = swap_telling.answered(OFFER, True, "ben", NOW)
    assert swap_telling.answered(yes, False, "ben", NOW + HOUR) is yes
    assert swap_telling.answered(OFFER, True, "ben", NOW + 3 * DAY) is OFFER


def test_a_withdrawn_offer_is_told_to_the_taker():
    gone = OFFER.model_copy(update={"status": SwapStatus.WITHDRAWN, "answered_at": NOW})
    assert told(gone) == [("ben", "swap_over")]


def test_an_accepted_one_that_is_undone_is_told_to_both_for_shifts_go_back():
    undone = OFFER.model_copy(update={"status": SwapStatus.WITHDRAWN, "answered_at": NOW, "undone": True})
    found = swap_telling.tell([undone], {"primary": LINE}, PEOPLE, NOW)

    assert [(n.responder, n.args["undone"], n.args["number"]) for n in found] == [
        ("ana", "yes", ""),
        ("ben", "yes", "1"),
    ]
    assert len({n.message for n in found}) == 2

"""What a `6` confirms, and who is relieved by it."""

from contracts.pages import NoticeAnswered
from contracts.schedules import Handoff, Shift, Shifts
from services.roster.core import confirming, handoffs
from services.roster.core.turn import UNCONFIRMED, Turn
from tests.services.roster.shell.people import DAY, HOUR, LINE, NOW, PEOPLE

BEN = Handoff(
    schedule="primary", person="ben", start=NOW, outgoing=("ana",), outgoing_until=NOW + DAY,
    confirmed_at=NOW + HOUR,
)  # fmt: skip
CAL = BEN.model_copy(update={"person": "cal", "confirmed_at": None})
ON = Shifts(
    schedule="primary",
    compiled_at=NOW,
    through=NOW + 9 * DAY,
    shifts=(
        Shift(person="ben", start=NOW, end=NOW + 7 * DAY, origin="rotation week"),
        Shift(person="ana", start=NOW, end=NOW + DAY, origin=UNCONFIRMED),
    ),
)


def relieved(now, *records, shifts=ON):
    found = confirming.relieved(LINE, BEN, (BEN, *records), shifts, PEOPLE, now)
    return [(notice.responder, notice.notice.value) for notice in found]


def test_whoever_stayed_on_is_relieved_when_it_is_confirmed():
    assert relieved(NOW + HOUR) == [("ana", "relieved")]


def test_before_the_shift_begins_nobody_stayed_on_and_nobody_is_told():
    assert relieved(NOW - HOUR) == []


def test_who_stays_on_for_somebody_else_as_well_is_not_relieved_yet():
    assert relieved(NOW + HOUR, CAL) == []


def test_who_is_on_anyway_is_not_told_that_their_shift_is_over():
    own = Shift(person="ana", start=NOW + HOUR, end=NOW + 5 * HOUR, origin="override x")
    assert relieved(NOW + HOUR, shifts=ON.model_copy(update={"shifts": (*ON.shifts, own)})) == []


def test_one_key_confirms_every_notice_of_the_same_shift_and_others_it_names():
    soon = handoffs.message(BEN, "soon")
    assert confirming.meant((BEN, CAL), [soon]) == (BEN,)
    assert confirming.meant((BEN, CAL), ["page_1"]) == ()


def test_the_answer_itself_says_which_shift_it_is_about():
    """So it counts even when it comes before it was written down that they were asked."""
    about = {"at": NOW, "page": "h1", "responder": "ben", "run": "none", "subject": ""}
    event = NoticeAnswered(
        **about, answer="confirm", notice="shift_soon", args={"schedule": "primary", "start": NOW.isoformat()}
    )
    found = confirming.asked_about(event)
    assert found is not None and handoffs.key(found) == handoffs.key(BEN)
    assert confirming.asked_about(event.model_copy(update={"args": {}})) is None


def test_whoever_takes_a_page_during_their_shift_is_plainly_there():
    turn = Turn("primary", "cal", NOW, NOW + DAY)

    assert confirming.shown_by_answering((BEN, CAL), (turn,), "cal", NOW + HOUR) == (CAL,)
    assert confirming.shown_by_answering((BEN, CAL), (turn,), "cal", NOW - HOUR) == ()
    assert confirming.shown_by_answering((BEN, CAL), (turn,), "ben", NOW + HOUR) == ()

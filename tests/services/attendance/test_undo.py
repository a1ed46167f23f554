"""A check-in that was a mistake: the deadline is there again, and whoever is missing is missed after all."""

import pytest

from contracts.attendance import AttendanceStatus
from contracts.facts import CheckInUndone
from contracts.outreach import OutreachAsked
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from services.attendance.core import decide
from services.attendance.core.decide import Word
from services.attendance.core.state import due
from tests.services.attendance.test_life import Life, at

SESSION = "iop-20261124-0900"


def come(life, minutes, document="d1", received=None):
    received = minutes if received is None else received
    word = Word(at(minutes), at(received), "ehr", "list", document, at(received))
    return life.hear(decide.check_in(life.state, word, None))


def undo(life, minutes, document=""):
    word = Word(at(minutes), at(minutes), "ehr", "staff", document, at(minutes))
    events = life.hear(decide.take_back(life.state, word))
    life.tell(at(minutes))
    return events


def test_before_the_end_of_grace_the_deadline_is_as_if_they_had_never_been_checked_in():
    life = Life()
    come(life, -5)
    assert due(life.state) is None

    assert undo(life, 3) == ["taken_back"]
    assert (life.state.status, due(life.state)) == (AttendanceStatus.EXPECTED, at(15))
    assert life.look(14) == []
    assert life.look(15) == ["missed"]
    assert life.kinds() == ["Signal", "OutreachAsked"]
    assert life.told[0].tags == ("first_miss", "check_in_undone"), (
        "whoever takes it sees why it comes so late"
    )


def test_after_the_end_of_grace_the_signal_goes_out_at_once():
    life = Life()
    come(life, -5)
    undo(life, 70)

    assert due(life.state) == at(15), "long ago: now"
    assert life.look(70) == ["missed"]
    assert life.kinds() == ["Signal", "OutreachAsked"]


def test_a_late_check_in_that_is_taken_back_is_a_signal_of_its_own():
    life = Life()
    life.look(15)
    come(life, 30)
    life.tell(at(30))
    undo(life, 40)
    life.look(40)

    signals = [one for one in life.told if isinstance(one, Signal)]
    assert len({one.id for one in signals}) == 2, "the first was withdrawn, perhaps; this one is new"
    texts = {one.outreach for one in life.told if isinstance(one, OutreachAsked)}
    assert len(texts) == 1, "nobody is texted the same twice"


def test_a_word_of_the_mistake_that_is_still_owed_is_not_sent():
    life = Life()
    life.look(15)
    come(life, 30)
    undo(life, 30.01)

    assert not [one for one in life.told if isinstance(one, SignalFollowed)]


def test_who_comes_after_all_is_there():
    life = Life()
    come(life, -5)
    undo(life, 3)

    assert come(life, -5, received=2) == [], "the same word, heard once more"
    assert come(life, 5, "d1") == ["confirmed"], "said anew"
    assert undo(life, 3) == [], "a repetition changes nothing"
    assert due(life.state) is None


def test_one_that_is_heard_before_the_check_in_counts_all_the_same():
    life = Life()
    assert undo(life, 3, "d1") == ["taken_back"]
    assert come(life, -5, "d1") == []
    assert come(life, -5, "d2") == ["confirmed"], "somebody else's word stands"


def test_a_system_takes_back_only_its_own_word():
    life = Life()
    come(life, -5, "d1")
    undo(life, 3, "d2")
    assert life.state.status is AttendanceStatus.CHECKED_IN


def test_whoever_was_excused_or_missed_stays_so():
    for before, status in (
        (lambda life: life.excuse(-60), AttendanceStatus.EXCUSED),
        (lambda life: life.look(15), AttendanceStatus.MISSED),
    ):
        life = Life()
        before(life)
        undo(life, 20)
        assert life.state.status is status


@pytest.mark.parametrize("named", [True, False])
async def test_a_tick_on_the_wrong_line_by_list_and_by_another_system(programme, named):
    session = {"session": SESSION} if named else {}
    await programme.group()
    for patient in ("pt_a", "pt_b", "pt_c"):
        await programme.member(patient)
    await programme.until("08:55")
    wrong = await programme.check_in("pt_a", **session, by="list")
    other = await programme.check_in("pt_b", **session)
    await programme.check_in("pt_c", **session)
    await programme.until("09:05")
    # By staff whoever said it; by another system only what it had said itself.
    await programme.fact(CheckInUndone, "pt_a", by="staff", document="x", **session)
    await programme.fact(CheckInUndone, "pt_b", by="api", document=other.document, **session)
    await programme.fact(CheckInUndone, "pt_c", by="api", document="another", **session)
    assert await programme.missed() == {}
    await programme.until("09:15")

    tags = ("soon", "first_miss", "check_in_undone")
    assert await programme.missed() == {"pt_a": tags, "pt_b": tags}, "nor does the stored check-in count"
    assert wrong.document != other.document
    assert await programme.kinds("pt_a") == ["expected", "confirmed", "taken_back", "missed", "told"]
    assert (await programme.statuses())["pt_c"] == "checked_in"

    await programme.until("09:40")
    await programme.fact(CheckInUndone, "pt_c", by="staff", document="y", session=SESSION)
    assert "pt_c" in await programme.missed(), "grace is over: at once"

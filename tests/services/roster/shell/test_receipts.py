"""What receipts and answers teach about a phone."""

from contracts.escalations import PageRequested
from contracts.pages import (
    AnswerHeard,
    Asked,
    AttemptAccepted,
    AttemptFailed,
    AttemptWaiting,
    NoticeAnswered,
    PageAcknowledged,
    ReceiptCame,
)
from contracts.values import Channel, Kind, Urgency
from services.roster.core import receipts
from tests.services.roster.shell.people import HOUR, NOW, method, person

TEXTS, CALLS = method("m1", 1), method("m2", 1, Channel.VOICE)
KIM = person("kim", TEXTS, CALLS)
ABOUT = {"at": NOW, "page": "p1", "responder": "kim", "run": "r1", "subject": "escalations.pt_x"}
STORY = (
    Asked(
        at=NOW,
        what=PageRequested(
            **ABOUT, code="K7", urgency=Urgency.URGENT, kind=Kind.SCREEN_POSITIVE, evidence=1,
            methods=KIM.methods, zone="America/New_York",
        ),
    ),
    AttemptWaiting(at=NOW, attempt=1, channel=Channel.SMS, method="m1"),
    AttemptWaiting(at=NOW, attempt=2, channel=Channel.VOICE, method="m2"),
)  # fmt: skip


def failed(code="30003", attempt=1, reaction="other_method"):
    return AttemptFailed(at=NOW, attempt=attempt, code=code, reaction=reaction)


def after(*events, kim=KIM):
    return receipts.learnt(kim, receipts.lessons(events, STORY))


def test_one_failure_is_bad_luck_and_two_in_a_row_are_a_phone_that_fails():
    once = after(failed())
    assert (once.methods[0].failures, once.methods[0].failing_since) == (1, None)

    twice = after(failed(), kim=once)
    assert (twice.methods[0].failing_since, twice.methods[0].failing_code) == (NOW, "30003")
    assert twice.methods[1] == CALLS


def test_it_fails_since_the_moment_it_began_to():
    twice = after(failed(), failed())
    again = failed().model_copy(update={"at": NOW + HOUR})
    assert after(again, kim=twice).methods[0].failing_since == NOW


def test_anything_that_arrives_ends_it():
    failing = after(failed(), failed())
    arrived = ReceiptCame(at=NOW, attempt=1, status="delivered", sid="SM1")
    assert after(arrived, kim=failing).methods == (TEXTS, CALLS)
    on_its_way = ReceiptCame(at=NOW, attempt=1, status="sent", sid="SM1")
    assert after(on_its_way, kim=failing) == failing


def test_our_own_time_outs_and_our_own_faults_say_nothing_of_the_phone():
    for event in (
        failed("no_receipt"),
        failed("30034", reaction="ops"),
        failed("20429", reaction="retry"),
        failed("no-answer", attempt=2),
        failed("busy", attempt=2),
    ):
        assert after(event) is KIM


def test_a_call_that_failed_counts():
    assert after(failed("failed", attempt=2)).methods[1].failures == 1


def test_whoever_takes_a_page_has_that_phone_in_their_hand():
    taken = PageAcknowledged(**ABOUT, urgency=Urgency.URGENT, evidence=1, channel=Channel.SMS)
    failing = after(failed(), failed())
    found = after(taken, kim=failing)

    assert [m.verified_at for m in found.methods] == [NOW, None]
    assert found.methods[0].failing_since is None
    assert receipts.is_sound(after(taken.model_copy(update={"channel": Channel.VOICE}), kim=found))


def test_a_six_is_an_answer_too_and_pressed_in_a_call_it_proves_the_call():
    six = NoticeAnswered(**ABOUT, answer="confirm", notice="shift_soon")
    assert [m.verified_at for m in after(six).methods] == [NOW, None]
    pressed = AnswerHeard(at=NOW, cause="digits-1", sid="CA1")
    assert [m.verified_at for m in after(six, pressed).methods] == [None, NOW]


def test_a_phone_that_was_replaced_meanwhile_learns_nothing():
    moved = person("kim", method("m1", 9))
    assert after(failed(), failed(), kim=moved) is moved


def test_with_two_phones_for_texts_the_one_that_failed_is_not_the_one_in_their_hand():
    """m1 is undelivered, m3 is tried, and a text takes the page: it was not read on m1."""
    second = method("m3", 3)
    both = person("kim", TEXTS, second)
    asked = STORY[0].model_copy(update={"what": STORY[0].what.model_copy(update={"methods": both.methods})})
    tried = (asked, STORY[1], AttemptWaiting(at=NOW, attempt=2, channel=Channel.SMS, method="m3"))
    taken = PageAcknowledged(**ABOUT, urgency=Urgency.URGENT, evidence=1, channel=Channel.SMS)

    def verified(*story):
        learnt = receipts.learnt(both, receipts.lessons([taken], [*story, taken]))
        return [m.verified_at for m in learnt.methods]

    assert verified(*tried, failed()) == [None, NOW]
    assert verified(*tried) == [None, None], "either may be in their hand"
    assert verified(asked, STORY[1]) == [NOW, None]


def test_with_two_phones_for_calls_the_call_says_which_was_answered():
    both = person("kim", CALLS, method("m3", 3, Channel.VOICE))
    asked = STORY[0].model_copy(update={"what": STORY[0].what.model_copy(update={"methods": both.methods})})
    taken = PageAcknowledged(**ABOUT, urgency=Urgency.URGENT, evidence=1, channel=Channel.VOICE)
    pressed = AnswerHeard(at=NOW, cause="digits-1", evidence=1, sid="CA3")
    story = (
        asked,
        AttemptWaiting(at=NOW, attempt=1, channel=Channel.VOICE, method="m2"),
        AttemptAccepted(at=NOW, attempt=1, sid="CA2"),
        AttemptWaiting(at=NOW, attempt=2, channel=Channel.VOICE, method="m3"),
        AttemptAccepted(at=NOW, attempt=2, sid="CA3"),
        taken,
        pressed,
    )
    learnt = receipts.learnt(both, receipts.lessons([taken, pressed], story))
    assert [m.verified_at for m in learnt.methods] == [None, NOW]

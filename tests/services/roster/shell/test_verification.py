"""Codes: who is asked, what proves a phone, and what does not."""

from contracts.schedules import Verification
from contracts.values import Channel
from services.roster.core import verification
from tests.services.roster.shell.people import DAY, HOUR, NOW, method, person

TEXTS = method("m1", 1)
CALLS = method("m2", 1, Channel.VOICE)
LANDLINE = method("m3", 2, Channel.VOICE)
KIM = person("kim", TEXTS, CALLS, LANDLINE)


def sent(to=TEXTS, code="123456", before=None, at=NOW) -> Verification:
    return verification.asked(KIM, to, code, at, "ops", before)


def test_the_right_code_proves_texts_and_calls_to_the_same_phone():
    right = verification.check([sent()], "123456", NOW + HOUR / 2).right
    assert right is not None

    proven = verification.verified(KIM, right, NOW)
    assert [m.verified_at is not None for m in proven.methods] == [True, True, False]


def test_a_spoken_code_proves_calls_alone():
    proven = verification.verified(KIM, sent(CALLS), NOW)
    assert [m.id for m in proven.methods if m.verified_at] == ["m2"]


def test_a_code_proves_nothing_of_a_number_that_was_changed_since():
    moved = KIM.model_copy(update={"methods": (method("m1", 9),)})
    assert verification.verified(moved, sent(), NOW) == moved


def test_five_wrong_codes_and_the_right_one_no_longer_counts():
    pending, left = [sent()], []
    for _ in range(5):
        checked = verification.check(pending, "000000", NOW)
        pending, left = list(checked.wrong), [*left, checked.left]

    assert left == [4, 3, 2, 1, 0]
    assert verification.check(pending, "123456", NOW).right is None


def test_after_an_hour_a_new_code_is_needed():
    checked = verification.check([sent()], "123456", NOW + HOUR)
    assert (checked.right, checked.left) == (None, 0)


def test_the_notice_goes_to_that_method_alone():
    notice = verification.notice(sent(LANDLINE), KIM, LANDLINE)
    assert notice is not None
    assert (notice.methods, notice.by_voice, notice.not_after) == ((LANDLINE,), True, NOW + HOUR)
    dead = method("m1", dead_since=NOW)
    assert verification.notice(sent(dead), person("kim", dead), dead) is None


def asks(known=(), now=NOW + 2 * HOUR, on=("kim",), who=KIM):
    stored = {verification.key(one.person, one.method): one for one in known}
    found = verification.to_ask([who], on, stored, now)
    return [m.id for _, m in found.now], found.next_at


def test_by_itself_it_asks_by_text_and_calls_only_where_no_text_proves_the_number():
    assert asks() == (["m1", "m3"], None)


def test_nobody_is_asked_at_night_and_nobody_who_is_not_on():
    assert asks(now=NOW) == ([], NOW + HOUR), "08:00, so at 09:00"
    assert asks(now=NOW + 12 * HOUR) == ([], NOW + 25 * HOUR), "20:00, so the next morning"
    assert asks(on=()) == ([], None)


def test_three_times_three_days_apart_then_never_by_itself():
    first = sent(at=NOW)
    landline = sent(LANDLINE, at=NOW).model_copy(update={"asks": 3})
    assert asks([first, landline], now=NOW + 2 * DAY + 2 * HOUR) == ([], NOW + 3 * DAY)
    assert asks([first, landline], now=NOW + 3 * DAY + 2 * HOUR)[0] == ["m1"]

    third = sent(before=sent(before=first))
    assert third.asks == 3
    assert asks([third, landline], now=NOW + 9 * DAY + 2 * HOUR) == ([], None)


def test_a_new_number_begins_anew():
    third = sent(before=sent(before=sent()))
    moved = person("kim", method("m1", 9))
    assert asks([third], who=moved)[0] == ["m1"]
    assert verification.asked(moved, moved.methods[0], "1", NOW, "ops", third).asks == 1

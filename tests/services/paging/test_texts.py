"""Every text to staff is one GSM-7 part and tells nothing about a patient's health."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.escalations import Telling
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import CODE, Key, parse
from contracts.values import Disposition, Kind, Urgency
from services.paging.core import segments, texts
from tests.services.paging.desk import START, ZONE, request, telling

FORBIDDEN = re.compile(
    "substance|withdraw|specimen|relapse|dose|drug|opio|alcohol|suicid|overdose|diagnos", re.IGNORECASE
)
CODES = st.from_regex(CODE, fullmatch=True).map(str.upper)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from([ZONE, "Europe/Berlin", "Asia/Kolkata", "Not/AZone", "", "UTC"])
NAMES = st.text(max_size=40)


def one_quiet_part(text: str) -> None:
    assert text
    assert segments.gsm7_segments(text) == 1
    assert len(text) <= 160
    assert segments.is_gsm7(text)
    assert not FORBIDDEN.search(text)


def test_a_page_reads_as_agreed() -> None:
    assert (
        texts.page_text(request(), START, 2)
        == "VIGIL K7 NOW 03:10, text. Contact by 03:25. 1 take, 2 pass (open: 2)"
    )
    assert texts.page_text(request(Urgency.SOON, contact_by=None), START, 1) == (
        "VIGIL K7 TODAY 03:10, text. 1 take, 2 pass"
    )


def test_a_page_to_take_over_says_who_asks() -> None:
    asked = request(given_by="ana")

    assert texts.page_text(asked, START, 1, "Ana") == (
        "VIGIL K7 NOW 03:10, text. Ana asks you to take it over. Contact by 03:25. 1 take, 2 pass"
    )
    assert "A colleague asks" in texts.page_text(asked, START, 1)


def test_a_drill_is_unmistakably_a_drill() -> None:
    text = texts.page_text(request(drill=True, test=True), START, 1)

    assert text == (
        "VIGIL DRILL K7 03:10: a drill, no patient. Answer as if it were real: 1 K7 take, 2 K7 pass."
    )
    both = texts.bundle_text([request(drill=True), request(Urgency.SOON, code="M3")], START)
    assert both == "VIGIL 2 open: M3 TODAY, K7 DRILL. 1 M3 takes one, 2 M3 passes it"


def test_a_page_that_is_late_asks_for_contact_at_once() -> None:
    late = START + timedelta(minutes=20)

    assert texts.page_text(request(), late, 1) == (
        "VIGIL K7 NOW 03:10, text. Contact at once. 1 take, 2 pass"
    )


def test_a_time_on_another_day_names_the_day() -> None:
    tomorrow = START + timedelta(days=1)

    assert "Contact by Wed 03:10." in texts.page_text(request(contact_by=tomorrow), START, 1)


def test_a_wrong_zone_does_not_stop_a_page() -> None:
    assert "08:10Z" in texts.page_text(request(zone="Not/AZone"), START, 1)


@given(CODES, st.sampled_from(Urgency), st.sampled_from(Kind), MOMENTS, MOMENTS, ZONES, st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_every_page_is_one_quiet_part(
    code: str, urgency: Urgency, kind: Kind, at: datetime, now: datetime, zone: str, count: int
) -> None:
    what = request(urgency, code=code, kind=kind, at=at, contact_by=now + timedelta(days=3), zone=zone)

    one_quiet_part(texts.page_text(what, now, count))
    one_quiet_part(texts.page_text(what.model_copy(update={"given_by": "ana"}), now, count, "N" * 40))
    one_quiet_part(texts.page_text(what.model_copy(update={"drill": True}), now, count))
    one_quiet_part(texts.page_text(what.model_copy(update={"contact_by": at}), now, count))


@given(
    CODES,
    st.sampled_from(Telling),
    st.sampled_from(Urgency),
    st.sampled_from(Kind),
    MOMENTS,
    ZONES,
    NAMES,
    st.dictionaries(
        st.sampled_from(
            ["holder", "next", "by", "contact_by", "disposition", "untold", "what", "kind", "urgency"]
        ),
        st.sampled_from(
            [
                "lee",
                "lee,max",
                "2026-11-24T08:30:00+00:00",
                "safety_plan",
                "0",
                "reached",
                "substance_positive",
                "urgent",
                "",
                "x" * 60,
            ]
        ),
    ),
)
@settings(max_examples=150, deadline=None)
def test_every_message_is_one_quiet_part(
    code: str,
    what: Telling,
    urgency: Urgency,
    kind: Kind,
    now: datetime,
    zone: str,
    name: str,
    args: dict[str, str],
) -> None:
    asked = telling(what, urgency).model_copy(update={"code": code, "kind": kind, "zone": zone, "args": args})

    text = texts.telling_text(asked, now, {"lee": name, "max": name})

    assert segments.gsm7_segments(text) == 1
    assert segments.is_gsm7(text)
    assert code in text
    assert len(text) < 160, "nothing was cut off"
    if FORBIDDEN.search(text):
        assert FORBIDDEN.search(segments.short(name))


@pytest.mark.parametrize("what", list(Telling))
def test_every_message_has_words_of_its_own(what: Telling) -> None:
    others = {texts.telling_text(telling(each), START, {}) for each in Telling if each is not what}

    text = texts.telling_text(telling(what), START, {})

    assert text not in others
    assert "HELP lists" not in text


@pytest.mark.parametrize(
    ("what", "args", "text"),
    [
        (Telling.PASSED, {"next": "lee,max"}, "VIGIL K7: passed. Lee or Max is next."),
        (Telling.PASSED, {"next": ""}, "VIGIL K7: passed. The next person is paged."),
        (
            Telling.PASSED,
            {"next": "", "at": "2026-11-24T12:00:00+00:00"},
            "VIGIL K7: passed. The next person is paged at 07:00.",
        ),
        (Telling.GIVEN_BACK, {"next": ""}, "VIGIL K7: given back. The next person is paged now."),
        (
            Telling.GIVEN_BACK,
            {"next": "", "at": "2026-11-25T12:00:00+00:00"},
            "VIGIL K7: given back. The next person is paged at Wed 07:00.",
        ),
        (
            Telling.YOU_HAVE_IT,
            {"contact_by": "2026-11-24T08:25:00+00:00", "untold": "0"},
            "VIGIL K7: you have it. Contact by 03:25. 3 K7 when reached, CALL K7 connects you, "
            "2 K7 gives it back.",
        ),
        (
            Telling.YOU_HAVE_IT,
            {"contact_by": "2026-11-24T08:25:00+00:00", "untold": "0", "language": "es"},
            "VIGIL K7: you have it. Contact by 03:25. Patient speaks es. 3 K7 when reached, "
            "CALL K7 connects you, 2 K7 gives it back.",
        ),
        (
            Telling.REACHED_QUESTION,
            {"why": "confirm"},
            "VIGIL K7: not confirmed, nothing is handed off yet. 4 K7 911 first; 3 K7 if you spoke.",
        ),
        (
            Telling.NEW_SIGNAL,
            {"kind": "substance_positive", "urgency": "urgent"},
            "VIGIL K7: something new came in: alert, WITHIN THE HOUR. ? K7 tells more, CALL K7 connects you.",
        ),
        (
            Telling.SIGN_PLEASE,
            {"by": "lee", "disposition": "safety_plan"},
            "VIGIL K7: Lee closes it as safety plan. SIGN K7 if you agree.",
        ),
        (
            Telling.WAITS_FOR_SIGNATURE,
            {"disposition": "spoke", "sign_by": "2026-11-24T08:20:00+00:00", "next": "lee"},
            "VIGIL K7: noted, spoke. Open until Lee signs by 03:20.",
        ),
        (
            Telling.GIVE_REFUSED,
            {"next": "lee"},
            "VIGIL K7: Lee did not take K7: you still hold it. 2 K7 gives it back.",
        ),
        (Telling.HELP_COMES, {"next": "lee"}, "VIGIL K7: Lee is paged as well. You still hold K7."),
        (
            Telling.HELP_COMES,
            {"next": "lee,max"},
            "VIGIL K7: Lee and Max are paged as well. You still hold K7.",
        ),
        (
            Telling.NEEDS_PIN,
            {"until": "2026-11-24T08:40:00+00:00"},
            "VIGIL K7: not closed, too many wrong PINs: none counts before 03:40. 2, 3 and CALL K7 work.",
        ),
        (
            Telling.SNOOZED,
            {"until": "2026-11-24T20:40:00+00:00"},
            "VIGIL K7: put off until 15:40; nobody is asked before. You still hold K7.",
        ),
        (
            Telling.NOT_SNOOZED,
            {"why": "urgency"},
            "VIGIL K7: not put off: only TODAY and NEXT SESSION can wait. You still hold K7.",
        ),
        (
            Telling.DRILL_ANSWERED,
            {"seconds": "42"},
            "VIGIL K7: drill answered after 42 s, thank you. Nothing else to do.",
        ),
        (
            Telling.HAND_OFF_OPEN,
            {"disposition": "welfare_check", "confirm_by": "2026-11-24T08:40:00+00:00"},
            "VIGIL K7: noted, welfare check. Open until contact is confirmed by 03:40: "
            "CONFIRM K7 and who saw them.",
        ),
    ],
)
def test_messages_read_as_agreed(what: Telling, args: dict[str, str], text: str) -> None:
    asked = telling(what).model_copy(update={"args": args})

    assert texts.telling_text(asked, START, {"lee": "Lee", "max": "Max"}) == text


@pytest.mark.parametrize("what", [Telling.CONTACT_OVERDUE, Telling.NOT_CLOSED_UNREACHED])
def test_whoever_does_not_reach_the_patient_is_told_how_to_see_whom_they_may_ask(what: Telling) -> None:
    """Nothing to a support contact is automatic: the clinician looks, and calls or presses send."""
    text = texts.telling_text(telling(what), START, {})

    assert text.endswith(" CONTACTS K7: who may be asked.")
    assert parse("CONTACTS K7").key is Key.TALK_CONTACTS
    one_quiet_part(text)


def test_nobody_is_connected_with_a_patient_about_a_fault() -> None:
    fault = {"kind": Kind.SYSTEM_FAULT}
    news = telling(Telling.NEW_SIGNAL).model_copy(update=fault | {"args": {"kind": "system_fault"}})

    assert texts.telling_text(news, START, {}).endswith("vigil escalations K7 says what is wrong.")
    assert texts.more_text(brief("K7", Kind.SYSTEM_FAULT, Urgency.URGENT, START), START, ZONE) == (
        "VIGIL K7 WITHIN THE HOUR, system, 7 signals, paged 03:10. vigil escalations K7 says what is wrong."
    )


def test_colleagues_are_named_as_a_text_can_carry_it() -> None:
    asked = telling(Telling.OTHER_HAS_IT).model_copy(update={"args": {"holder": "lee"}})

    assert texts.telling_text(asked, START, {"lee": "Zoë Ł."}) == (
        "VIGIL K7: Zoe ?. has K7. Nothing to do for you."
    )


def brief(code: str, kind: Kind, urgency: Urgency, now: datetime) -> PageBrief:
    return PageBrief(
        page=f"p-{code}",
        responder="kim",
        run="r",
        code=code,
        purpose=Purpose.PAGE,
        status=PageStatus.OUT,
        urgency=urgency,
        kind=kind,
        evidence=7,
        asked_at=now,
        contact_by=now,
    )


@given(st.lists(CODES, max_size=40), CODES, st.sampled_from(Kind), st.sampled_from(Urgency), MOMENTS, ZONES)
@settings(max_examples=60, deadline=None)
def test_every_answer_is_one_quiet_part(
    codes: list[str], code: str, kind: Kind, urgency: Urgency, now: datetime, zone: str
) -> None:
    briefs = [brief(each, kind, urgency, now) for each in [*codes, code]]
    for text in (
        texts.help_text(),
        texts.more_text(briefs[-1], now, zone),
        texts.more_text(briefs, now, zone),
        texts.dispositions_text(code, False),
        texts.dispositions_text(code, True),
        texts.not_understood_text(codes),
        texts.not_understood_text(codes, codes[:1]),
        texts.not_understood_text([*codes, code], [*codes, code]),
        texts.not_understood_text([*codes, code], [code]),
        texts.seen_text(code),
        texts.seen_text(code, held=True),
        texts.closed_code_text(code),
        texts.nothing_open_text(),
        texts.took_text(code, codes),
        texts.start_text(),
        texts.stop_text(),
        texts.confirm_hint_text(),
        texts.swap_hint_text("1234"),
        texts.no_shift_text(code, confirmed=False),
        texts.no_shift_text(code, confirmed=True),
        texts.ready_code_text(code),
        texts.no_swap_text("1234"),
        texts.swap_answered_text("1234"),
        texts.swap_over_text("1234"),
        texts.which_swap_text("YES", [str(number) for number in range(len(codes))]),
        texts.no_code_text(),
        texts.bundle_text(briefs, now),
        *(texts.which_text(key, [*codes, code], Disposition.WELFARE_CHECK) for key in Key),
    ):
        one_quiet_part(text)
        assert len(text) < 160, "nothing was cut off"


@pytest.mark.parametrize("fault", [False, True])
def test_the_numbers_of_the_dispositions_are_those_the_grammar_takes(fault: bool) -> None:
    text = texts.dispositions_text("K7", fault)
    _, _, listed = text.partition(": ")
    numbers = [item.split()[0] for item in listed.split(", ")]

    taken = [parse(f"4 K7 {number}").disposition for number in numbers]

    assert taken == [each for each in Disposition if (each is Disposition.FIXED) == fault]


def test_the_examples_in_the_help_are_commands() -> None:
    assert parse("1 K7").key is Key.TAKE
    assert "1 K7" in texts.help_text()


def test_several_pages_in_one_text_stand_by_urgency() -> None:
    pages = [request(Urgency.SOON, code="K7"), request(Urgency.URGENT, code="M3")]

    assert texts.bundle_text(pages, START) == (
        "VIGIL 2 open: M3 WITHIN THE HOUR, K7 TODAY. 1 M3 takes one, 2 M3 passes it"
    )


def test_segments_are_counted_as_the_carrier_counts_them() -> None:
    assert [segments.gsm7_segments("a" * n) for n in (0, 1, 160, 161, 306, 307)] == [1, 1, 1, 2, 2, 3]
    assert segments.gsm7_segments("€" * 80) == 1
    assert segments.gsm7_segments("€" * 81) == 2
    assert [segments.gsm7_segments("ł" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]

"""Every notice is one GSM-7 part, in local time, and a call names no colleague."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.notices import NoticeKind
from contracts.replies import Key, parse
from services.paging.core import segments, texts
from tests.services.paging.desk import notice

FRIDAY = notice().args
NAMES = {"ana": "Ana", "lee": "Lee"}
TEXTS: list[tuple[NoticeKind, dict[str, str], str]] = [
    (
        NoticeKind.SHIFT_TOMORROW,
        {},
        "VIGIL on call: Crisis clinician, Fri 27 Nov 08:00 to Sat 08:00. Reply 6 to confirm.",
    ),
    (
        NoticeKind.SHIFT_SOON,
        {},
        "VIGIL on call soon: Crisis clinician, Fri 27 Nov 08:00 to Sat 08:00. Reply 6 to confirm; "
        "until then whoever is on now stays on.",
    ),
    (
        NoticeKind.STILL_ON,
        {"incoming": "ana"},
        "VIGIL Ana has not confirmed Crisis clinician: you stay on call as well.",
    ),
    (
        NoticeKind.OPEN_NOW,
        {"open": "K7 NOW 40 min; M3 TODAY 3 h"},
        "VIGIL open in Crisis clinician: K7 NOW 40 min; M3 TODAY 3 h. ? and a code tells more.",
    ),
    (
        NoticeKind.OPEN_NOW,
        {"open": "; ".join(f"K{n} WITHIN THE HOUR 40 min" for n in "346797")},
        "VIGIL open in Crisis clinician: K3 WITHIN THE HOUR 40 min; K4 WITHIN THE HOUR 40 min and 4 more. "
        "? and a code tells more.",
    ),
    (
        NoticeKind.STILL_HOLDING,
        {"open": "K7 NOW 40 min", "incoming": "ana"},
        "VIGIL your shift is over, you still hold K7 NOW 40 min. GIVE K7 ANA hands it over.",
    ),
    (
        NoticeKind.SWAP_OFFERED,
        {"number": "3", "giver": "ana"},
        "VIGIL Ana asks you to take Crisis clinician Fri 27 Nov 08:00 to Sat 08:00. SWAP YES 3 or SWAP NO 3.",
    ),
    (
        NoticeKind.SWAP_ACCEPTED,
        {"giver": "ana", "taker": "kim"},
        "VIGIL swap agreed: you take Crisis clinician Fri 27 Nov 08:00 to Sat 08:00 from Ana.",
    ),
    (
        NoticeKind.SWAP_REFUSED,
        {"giver": "kim", "taker": "lee"},
        "VIGIL Lee does not take Crisis clinician Fri 27 Nov 08:00 to Sat 08:00: it stays yours.",
    ),
    (
        NoticeKind.SWAP_OVER,
        {"number": "", "undone": "yes", "giver": "kim", "taker": "lee"},
        "VIGIL swap undone: Crisis clinician Fri 27 Nov 08:00 to Sat 08:00 is yours again.",
    ),
    (
        NoticeKind.SWAP_OVER,
        {"number": "3", "undone": "yes", "giver": "ana", "taker": "kim"},
        "VIGIL swap undone: you no longer take Crisis clinician Fri 27 Nov 08:00 to Sat 08:00 from Ana.",
    ),
    (
        NoticeKind.VERIFY,
        {"code": "492817", "method": "sms1"},
        "VIGIL code 492817. Text it back to verify this phone.",
    ),
    (
        NoticeKind.MEDIA_MISSING,
        {"code": "K7", "count": "1"},
        "VIGIL K7: a picture or file they sent can't be had so far. Ask them what it shows; "
        "CALL K7 connects you.",
    ),
    (
        NoticeKind.MEDIA_MISSING,
        {"code": "K7", "count": "3"},
        "VIGIL K7: pictures or files they sent can't be had so far. Ask them what it shows; "
        "CALL K7 connects you.",
    ),
    (
        NoticeKind.CODE_WRONG,
        {"left": "2"},
        "VIGIL that is not the code. Tries left: 2. Text the six digits alone.",
    ),
    (
        NoticeKind.GAP,
        {"why": "your phone is not verified"},
        "VIGIL Crisis clinician Fri 27 Nov 08:00 to Sat 08:00 counts as a gap: your phone is not verified. "
        "Text back the 6-digit code we send you.",
    ),
    (
        NoticeKind.GAP,
        {"why": "texts and calls to you fail"},
        "VIGIL Crisis clinician Fri 27 Nov 08:00 to Sat 08:00 counts as a gap: texts and calls to you fail. "
        "Tell your operations team.",
    ),
]


@pytest.mark.parametrize(("kind", "args", "text"), TEXTS)
def test_notices_read_as_agreed(kind: NoticeKind, args: dict[str, str], text: str) -> None:
    assert texts.notice_text(notice(kind, args=FRIDAY | args), NAMES) == text


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_has_words_of_its_own(kind: NoticeKind) -> None:
    others = {texts.notice_text(notice(each), {}) for each in NoticeKind if each is not kind}

    text = texts.notice_text(notice(kind), {})

    assert text not in others
    assert "has news" not in text


def test_the_commands_in_a_notice_are_commands() -> None:
    assert parse("6").key is Key.READY
    assert parse("SWAP YES 3").key is Key.SWAP_YES
    assert parse("GIVE K7 ANA").key is Key.GIVE


def test_a_span_names_the_day_of_its_end_only_as_far_as_needed() -> None:
    def told(end: str) -> str:
        return texts.notice_text(notice(args=FRIDAY | {"end": end}), {}).split(", ")[1].split(".")[0]

    assert told("2026-11-28T01:00:00+00:00") == "Fri 27 Nov 08:00 to 20:00"
    assert told("2026-11-28T13:00:00+00:00") == "Fri 27 Nov 08:00 to Sat 08:00"
    assert told("2026-12-04T13:00:00+00:00") == "Fri 27 Nov 08:00 to Fri 4 Dec 08:00"


def test_a_code_is_spoken_digit_by_digit() -> None:
    spoken = texts.spoken_text(notice(NoticeKind.VERIFY, args={"code": "492817", "method": "v1"}))

    assert "4, 9, 2, 8, 1, 7" in spoken
    assert "Text it back, or tell your operations team." in spoken


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    datetime.isoformat
)
ARGS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(max_size=80),
        "schedule": st.just("crisis-clinician-of-the-night"),
        "start": MOMENTS | st.just("soon"),
        "end": MOMENTS,
        "return_start": MOMENTS,
        "return_end": MOMENTS,
        "giver": st.sampled_from(["ana", "max", ""]),
        "taker": st.sampled_from(["ana", "kim"]),
        "incoming": st.sampled_from(["ana", "max"]),
        "number": st.sampled_from(["3", "117"]),
        "open": st.lists(st.sampled_from(["K7 NOW 40 min", "M3K4P WITHIN THE HOUR 13 h"]), max_size=9).map(
            "; ".join
        ),
        "method": st.text(max_size=80),
        "left": st.sampled_from(["0", "2"]),
        "why": st.text(max_size=80),
        "code": st.just("492817"),
    },
)


@given(
    st.sampled_from(NoticeKind),
    ARGS,
    st.sampled_from(["America/New_York", "Asia/Kolkata", "Not/AZone"]),
    st.text(max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_every_notice_is_one_part(kind: NoticeKind, args: dict[str, str], zone: str, name: str) -> None:
    asked = notice(kind, args=args, zone=zone)

    text = texts.notice_text(asked, {"ana": name})

    assert text.startswith("VIGIL ")
    assert segments.gsm7_segments(text) == 1
    assert segments.is_gsm7(text)
    assert texts.spoken_text(asked)
    if kind is NoticeKind.SWAP_OFFERED and "number" in args:
        assert text.endswith(f"SWAP NO {args['number']}."), "the commands are never cut off"

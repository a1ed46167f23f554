from datetime import UTC, datetime, timedelta

from services.carrier_emulator import entries as e
from services.carrier_emulator.demo.screens import KEPT_BUBBLES, Screens

AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LINE, ANA, ROBIN = "+12025550100", "+12025550102", "+12025550121"
NAMES = {LINE: "Vigil", ANA: "Ana", ROBIN: "Robin"}


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def view(screens: Screens, phone: str = ANA) -> dict:
    return screens.view(phone, "America/New_York", NAMES)


def changed(status: str, seconds: float, *, direction: str = "outbound-api") -> e.CallChanged:
    ends = (ANA, LINE) if direction == "outbound-api" else (LINE, ANA)
    return e.CallChanged(after(seconds), "CA1", *ends, direction, status, None)


def test_texts_stand_on_the_phone_they_came_to_or_left_from():
    screens = Screens()

    assert screens.fold(e.SmsReachedPhone(AT, "SM1", ANA, LINE, "VIGIL K7", False)) == {ANA}
    assert screens.fold(e.SmsFromPhone(after(5), "SM2", LINE, ANA, "1")) == {ANA}

    shown = [(bubble["side"], bubble["text"], bubble["at"]) for bubble in view(screens)["bubbles"]]
    assert shown == [("in", "VIGIL K7", "03:10:00"), ("out", "1", "03:10:05")]


def test_a_call_rings_is_answered_and_leaves_a_note_of_what_was_said():
    screens = Screens()
    screens.fold(changed("ringing", 0))
    screens.fold(e.CallRang(AT, "CA1", ANA, LINE, None))
    assert view(screens)["call"] == {"sid": "CA1", "state": "rings", "other": "Vigil", "said": []}

    screens.fold(changed("in-progress", 6))
    screens.fold(e.CallHeard(after(6), "CA1", ANA, "Press 1 to take it."))
    screens.fold(e.CallDigits(after(9), "CA1", ANA, "1", True))
    call = view(screens)["call"]
    assert call["state"] == "talks"
    assert call["said"] == [
        {"who": "them", "text": "Press 1 to take it."},
        {"who": "me", "text": "pressed 1"},
    ]

    screens.fold(changed("completed", 71))
    shown = view(screens)
    assert shown["call"] is None
    assert shown["bubbles"][-1]["text"] == "Call ended after 1:05"
    assert shown["bubbles"][-1]["spoken"] == ("Press 1 to take it.",)


def test_a_call_nobody_took_is_a_missed_one():
    for status, note in (
        ("no-answer", "Missed call"),
        ("busy", "Call declined"),
        ("canceled", "The caller hung up"),
    ):
        screens = Screens()
        screens.fold(e.CallRang(AT, "CA1", ANA, LINE, None))
        screens.fold(changed(status, 30))
        assert view(screens)["bubbles"][-1]["text"] == note


def test_a_call_from_the_phone_shows_while_it_is_being_connected():
    screens = Screens()
    screens.fold(changed("ringing", 0, direction="inbound"))

    assert view(screens)["call"]["state"] == "calls"
    assert view(screens)["call"]["other"] == "Vigil"


def test_both_ends_read_whom_they_hear():
    screens = Screens()
    for sid, phone in (("CA1", ANA), ("CA2", ROBIN)):
        screens.fold(e.CallRang(AT, sid, phone, LINE, None))

    assert screens.fold(e.LegsBridged(after(5), ("CA1", "CA2"), (ANA, ROBIN), None)) == {ANA, ROBIN}

    assert view(screens)["call"]["said"] == [{"who": "", "text": "You hear Robin now"}]
    assert view(screens, ROBIN)["call"]["said"] == [{"who": "", "text": "You hear Ana now"}]


def test_a_long_night_does_not_fill_the_screen_for_ever():
    screens = Screens()
    for number in range(KEPT_BUBBLES + 5):
        screens.fold(e.SmsFromPhone(after(number), f"SM{number}", LINE, ANA, str(number)))

    bubbles = view(screens)["bubbles"]
    assert len(bubbles) == KEPT_BUBBLES
    assert bubbles[0]["text"] == "5"

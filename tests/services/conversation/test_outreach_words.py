"""What stands in texts that begin with us, and when a record lets them go."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest

from contracts.outreach import OutreachKind
from contracts.privacy import Hours, Texting
from services.conversation.core.languages import Outreach, Phrases, reaching
from services.conversation.core.world import Reach
from tests.services.conversation.talk import LANGUAGES, START
from tests.services.conversation.test_languages import GSM7
from tests.services.conversation.test_outreach import EN, NEUTRAL_KINDS, NIGHT, RECORD


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        (NIGHT, utc(24, 8, 10), utc(24, 13)),
        (NIGHT, utc(24, 4), utc(24, 13)),  # 23:00 the evening before
        (NIGHT, utc(24, 18), utc(25, 13)),  # in no quiet hour: the next end all the same
        (Hours(start=time(22), end=time(8), zone="America/New_York"), utc(1, 5), utc(1, 13)),
        # The night the clock goes back: 01:30 comes twice, the second one counts.
        (Hours(start=time(22), end=time(1, 30), zone="America/New_York"), utc(1, 5, 10), utc(1, 6, 30)),
        # The night it goes forward there is no 02:30.
        (
            Hours(start=time(22), end=time(2, 30), zone="America/New_York"),
            utc(8, 6, month=3),
            utc(8, 7, 30, month=3),
        ),
        (Hours(start=time(5), end=time(5)), utc(24, 8), None),
    ],
)
def test_quiet_hours_end_on_the_patients_clock(hours, now, end):
    assert hours.next_end(now) == end
    if end is not None:
        assert not hours.cover(end)


def test_whoever_opted_out_is_never_to_be_texted():
    record = RECORD.model_copy(update={"opted_out_at": START})
    assert record.texting_from(START, {Texting.FREE, Texting.NEUTRAL}) is None
    assert Reach().texting_from(START, ()) == START


GIVES_AWAY = {
    "en": r"program|clinic|group|session|therap|treat|counsel|crisis|suicid|depress|anxi|addict|drug|alcohol"
    r"|sober|relapse|recover|patient|appointment|hospital|doctor|nurse|medic|dose|diagnos|disorder|test"
    r"|screen|safe|help|988|911|line|centre|center|staff|auto|stop",
    "es": r"program|cl[ií]nic|grupo|sesi[oó]n|terap|tratam|consej|crisis|suicid|depres|ansied|adicc|droga"
    r"|alcohol|sobri|reca[ií]d|recuper|paciente|cita|hospital|doctor|enfermer|m[eé]dic|dosis|diagn|trastorn"
    r"|prueba|a salvo|peligro|ayuda|988|911|linea|centro|automat|alto",
}


def neutral_texts() -> Iterator[tuple[str, str]]:
    for language, phrases in LANGUAGES.known.items():
        yield language, phrases.neutral
        for kind in NEUTRAL_KINDS:
            for text in getattr(phrases.outreach, kind.value):
                yield language, text


@pytest.mark.parametrize(("language", "text"), list(neutral_texts()))
def test_neutral_words_name_no_programme_place_meeting_or_diagnosis(language, text):
    assert re.search(GIVES_AWAY[language], text.casefold()) is None
    assert not re.search(r"\d|http|\{", text)


@pytest.mark.parametrize("language", LANGUAGES.known)
def test_a_caring_contact_asks_nothing_and_comes_in_several_wordings(language):
    outreach = LANGUAGES.of(language).outreach

    assert len(set(outreach.caring)) >= 6
    assert not [text for text in (*outreach.caring, *outreach.missed) if "?" in text]
    # Sent in the afternoon, it may be read at night: it speaks of no hour.
    assert not [text for text in outreach.caring if re.search(r"today|tonight|hoy|noche", text.casefold())]


@pytest.mark.parametrize("language", LANGUAGES.known)
def test_each_wording_is_one_segment_of_plain_letters(language):
    wordings = [text for kind in dict(LANGUAGES.of(language).outreach).values() for text in kind]

    for text in wordings:
        shown = text.format(time="12:00 a. m.", day="Wednesday")
        assert set(shown) <= GSM7 and len(shown) <= 160, shown
        assert "stop" not in shown.casefold()


def test_a_wording_that_asks_for_what_nobody_fills_in_is_refused():
    outreach = EN.outreach.model_dump()
    with pytest.raises(ValueError, match=r"outreach caring: \{name\}"):
        Outreach.model_validate({**outreach, "caring": ["Hello {name}"]})
    with pytest.raises(ValueError, match="at least 1"):
        Outreach.model_validate({**outreach, "missed": []})


def test_every_language_has_as_many_wordings_as_the_first():
    counts = {
        tuple(len(getattr(one.outreach, kind)) for kind in ("reminder", "missed", "follow_up", "caring"))
        for one in LANGUAGES.known.values()
    }
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("language", "at", "said"),
    [
        ("en", "2026-11-24T09:00", "Reminder: we look forward to seeing you on Tuesday at 9:00 AM."),
        ("es", "2026-11-24T09:00", "Recordatorio: le esperamos (martes, 9:00 a. m.)."),
        ("en", "2026-11-29T00:05", "Reminder: we look forward to seeing you on Sunday at 12:05 AM."),
        ("es", "2026-11-30T12:30", "Recordatorio: le esperamos (lunes, 12:30 p. m.)."),
    ],
)
def test_a_reminder_says_day_and_time_in_the_patients_language(language, at, said):
    phrases = LANGUAGES.of(language)
    assert reaching(phrases, OutreachKind.REMINDER, 0, {"at": at, "time": "5:00 AM"}) == said
    body = said.partition(":")[2]
    assert re.search(GIVES_AWAY[language], body.casefold()) is None


def test_a_reminder_asked_for_without_a_day_still_says_the_time_and_one_without_both_is_none():
    said = reaching(EN, OutreachKind.REMINDER, 0, {"time": "9:00 AM"})
    assert said is not None and "9:00 AM" in said
    assert reaching(EN, OutreachKind.REMINDER, 0, {}) is None


def test_a_reminder_that_names_a_day_needs_the_seven_days_of_the_language():
    with pytest.raises(ValueError, match="days: write the seven"):
        Phrases.model_validate({**EN.model_dump(), "days": ()})
    with pytest.raises(ValueError, match="days: write seven"):
        Phrases.model_validate({**EN.model_dump(), "days": ("Monday",)})

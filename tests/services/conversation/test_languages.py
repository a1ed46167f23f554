"""The wording that patients get: files that are checked before anything is sent."""

import math
from pathlib import Path

import pytest

from contracts.replies import Key
from services.conversation import phrasebook
from services.conversation.core.choosing import Ask, For, choose
from services.conversation.core.languages import filled
from services.conversation.settings import ConversationSettings

LANGUAGES = phrasebook.load()
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TEXTS = [
    (language, name, text)
    for language, phrases in LANGUAGES.known.items()
    for name, text in (
        *(
            (name, text)
            for name, text in dict(phrases).items()
            if isinstance(text, str) and name != "language"
        ),
        *phrases.canned.items(),
    )
]


@pytest.mark.parametrize(("language", "name", "text"), TEXTS, ids=[f"{a}-{b}" for a, b, _ in TEXTS])
def test_every_text_is_one_segment_and_gives_nothing_away(language: str, name: str, text: str) -> None:
    phrases = LANGUAGES.of(language)
    longest = max((phrases.team, *phrases.roles.values()), key=len)
    shown = filled(text, "Alexandra", longest)

    assert set(shown) <= GSM7
    assert math.ceil(len(shown) / 160) == 1
    assert not {"STOP", "SUICID", "CLINIC", "THERAP", "TREATMENT", "HELP IS ON"} & set(shown.upper().split())


@pytest.mark.parametrize("language", LANGUAGES.known)
@pytest.mark.parametrize("name", ["first", "waiting", "nobody", "check_in", "rights"])
def test_automatic_texts_say_that_they_are_and_where_somebody_answers_now(language: str, name: str) -> None:
    text = getattr(LANGUAGES.of(language), name)

    assert "auto" in text.casefold()
    assert "911" in text and "988" in text


def test_the_introduction_is_first_and_the_closing_line_last() -> None:
    for phrases in LANGUAGES.known.values():
        names = list(phrases.canned)
        assert (names[0], names[-1]) == ("intro", "close")


@pytest.mark.parametrize(("text", "asks"), [("CALL", True), ("Call me.", True), ("I called her", False)])
def test_a_whole_text_may_ask_for_a_call(text: str, asks: bool) -> None:
    assert LANGUAGES.of("en").asks_call(text) is asks


def test_llamar_asks_in_spanish_with_and_without_accents() -> None:
    assert LANGUAGES.of("es").asks_call("Llámame")
    assert LANGUAGES.of("es").asks_quiet("por favor no me escriba más")
    assert not LANGUAGES.of("es").asks_quiet("quiero que pare")


def test_a_site_adds_a_language_as_a_file_and_a_broken_one_is_named(tmp_path: Path) -> None:
    shipped = Path(phrasebook.__file__).parent / "languages" / "en.yaml"
    (tmp_path / "fr.yaml").write_text(shipped.read_text().replace("Take your time.", "Prenez votre temps."))
    assert "Prenez" in phrasebook.load(str(tmp_path)).of("fr-CA").canned["here"]

    (tmp_path / "de.yaml").write_text("first: hallo\n")
    with pytest.raises(ValueError, match=r"language de\.yaml"):
        phrasebook.load(str(tmp_path))


def test_a_phrase_that_asks_for_what_nobody_fills_in_is_refused(tmp_path: Path) -> None:
    shipped = Path(phrasebook.__file__).parent / "languages" / "en.yaml"
    (tmp_path / "en.yaml").write_text(shipped.read_text().replace("{role}", "{rank}"))
    with pytest.raises(ValueError, match="rank"):
        phrasebook.load(str(tmp_path))


MINE = {"K7": "pt_a", "M3": "pt_b"}


@pytest.mark.parametrize(
    ("code", "mine", "chosen"),
    [
        ("", {"K7": "pt_a"}, "pt_a"),
        ("K7", MINE, "pt_a"),
        ("M3", MINE, "pt_b"),
        ("", MINE, "To whom? K7 or M3"),
        ("P4", MINE, "P4 is no conversation of yours. Yours: K7 M3."),
        ("P4", {}, "P4 is no conversation of yours."),
        ("", {}, "you are in no conversation with a patient"),
    ],
)
def test_words_go_to_the_one_that_is_meant_or_to_nobody(code: str, mine: dict[str, str], chosen: str) -> None:
    found = choose(Key.FREE, False, code, mine, mine, {}, ())

    assert found == For(chosen) if isinstance(found, For) else chosen in found.text


def test_words_for_a_page_that_is_not_taken_yet_say_how_to_take_it() -> None:
    found = choose(Key.FREE, False, "K7", {}, (), {}, ("K7",))
    assert isinstance(found, Ask) and "Reply 1 K7" in found.text
    found = choose(Key.FREE, False, "", {}, (), {}, ("K7",))
    assert isinstance(found, Ask) and "reply 1 K7" in found.text and found.stray


def test_whoever_only_holds_something_else_texts_the_patient_behind_a_code_alone() -> None:
    found = choose(Key.FREE, False, "", MINE, ("M3",), {}, ())
    assert found == For("pt_b")
    found = choose(Key.FREE, False, "", MINE, (), {}, ())
    assert isinstance(found, Ask) and found.stray and "put the code first: K7 or M3" in found.text
    assert choose(Key.FREE, False, "K7", MINE, (), {}, ()) == For("pt_a")
    assert choose(Key.TALK_NOTE, True, "", {"K7": "pt_a"}, (), {}, ()) == For("pt_a")


BASE = {"twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "t", "public_url": "https://v.example"}


def test_clocks_out_of_order_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="rising list"):
        ConversationSettings(**BASE, conversation_wait_minutes="10,3")
    with pytest.raises(ValueError, match="must rise"):
        ConversationSettings(**BASE, conversation_nudge_minutes=9).times()
    assert len(ConversationSettings(**BASE, conversation_wait_minutes="1,2").times().wait) == 2

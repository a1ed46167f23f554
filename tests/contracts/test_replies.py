"""What a responder's text means."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.replies import CODE, COMMAND_WORDS, Key, Reply, after, parse, words_of
from contracts.values import Disposition

READINGS: list[tuple[str, Reply]] = [
    ("1", Reply(Key.TAKE)),
    (" 1. ", Reply(Key.TAKE)),
    ("1 k7", Reply(Key.TAKE, "K7")),
    ("1k7", Reply(Key.TAKE, "K7")),
    ("K7 1", Reply(Key.TAKE, "K7")),
    ("k71", Reply(Key.TAKE, "K7")),
    ("ack K7", Reply(Key.TAKE, "K7")),
    ("Take", Reply(Key.TAKE)),
    ("１ Ｋ７", Reply(Key.TAKE, "K7")),  # noqa: RUF001
    ("1 k7m", Reply(Key.TAKE, "K7M")),
    ("1 k7m4p", Reply(Key.TAKE, "K7M4P")),
    ("2", Reply(Key.PASS)),
    ("pass k7", Reply(Key.PASS, "K7")),
    ("Decline", Reply(Key.PASS)),
    ("?", Reply(Key.MORE)),
    ("k7?", Reply(Key.MORE, "K7")),
    ("? k7", Reply(Key.MORE, "K7")),
    ("more", Reply(Key.MORE)),
    ("3", Reply(Key.REACHED)),
    ("3k7", Reply(Key.REACHED, "K7")),
    ("reached K7", Reply(Key.REACHED, "K7")),
    ("4", Reply(Key.DISPOSE)),
    ("4 k7", Reply(Key.DISPOSE, "K7")),
    ("4 2", Reply(Key.DISPOSE, disposition=Disposition.SAFETY_PLAN)),
    ("4 spoke", Reply(Key.DISPOSE, disposition=Disposition.SPOKE)),
    (
        "4 k7 safety plan 4711",
        Reply(Key.DISPOSE, "K7", disposition=Disposition.SAFETY_PLAN, pin="4711"),
    ),
    ("close k7 safety_plan", Reply(Key.DISPOSE, "K7", disposition=Disposition.SAFETY_PLAN)),
    ("4 10 2741", Reply(Key.DISPOSE, disposition=Disposition.FIXED, pin="2741")),
    ("4 11", Reply(Key.UNKNOWN)),
    ("4 k7 went home", Reply(Key.UNKNOWN, "K7")),
    ("call k7", Reply(Key.CALL, "K7")),
    ("sign K7", Reply(Key.SIGN, "K7")),
    ("confirm k7 officer lee 03:40", Reply(Key.CONFIRM, "K7", name="officer lee 03:40")),
    ("confirm k7", Reply(Key.UNKNOWN, "K7")),
    ("undo", Reply(Key.UNDO)),
    ("help", Reply(Key.HELP)),
    ("Ok ", Reply(Key.SEEN)),
    ("YES", Reply(Key.SEEN)),
    ("k", Reply(Key.SEEN)),
    ("ok k7", Reply(Key.SEEN, "K7")),
    ("STOP", Reply(Key.STOP)),
    ("end.", Reply(Key.STOP)),
    ("Start", Reply(Key.START)),
    ("stop that noise", Reply(Key.FREE)),
    ("", Reply(Key.UNKNOWN)),
    ("...", Reply(Key.UNKNOWN)),
    ("5", Reply(Key.ASSIST)),
    ("5k7", Reply(Key.ASSIST, "K7")),
    ("k7 5", Reply(Key.ASSIST, "K7")),
    ("Assist K7", Reply(Key.ASSIST, "K7")),
    ("backup", Reply(Key.ASSIST)),
    ("help k7", Reply(Key.HELP, "K7")),
    ("6", Reply(Key.READY)),
    ("Ready.", Reply(Key.READY)),
    ("k76", Reply(Key.READY, "K7")),
    ("7", Reply(Key.UNKNOWN)),
    ("give Kim", Reply(Key.GIVE, name="kim")),
    ("GIVE K7 KIM", Reply(Key.GIVE, "K7", name="kim")),
    ("k7 give Mary Ann", Reply(Key.GIVE, "K7", name="mary ann")),
    ("give kim k7", Reply(Key.GIVE, "K7", name="kim")),
    ("give", Reply(Key.UNKNOWN)),
    ("give k7", Reply(Key.UNKNOWN, "K7")),
    ("give me a minute please", Reply(Key.FREE)),
    ("snooze", Reply(Key.SNOOZE)),
    ("snooze 2h", Reply(Key.SNOOZE, minutes=120)),
    ("snooze 90 min", Reply(Key.SNOOZE, minutes=90)),
    ("Snooze K7 1h 30m", Reply(Key.SNOOZE, "K7", minutes=90)),
    ("snooze 2h k7", Reply(Key.SNOOZE, "K7", minutes=120)),
    ("snooze 45", Reply(Key.SNOOZE, minutes=45)),
    ("snooze 9999h", Reply(Key.SNOOZE, minutes=24 * 60)),
    ("snooze 0", Reply(Key.UNKNOWN)),
    ("snooze tomorrow", Reply(Key.UNKNOWN)),
    ("swap yes", Reply(Key.SWAP_YES)),
    ("Swap NO 3", Reply(Key.SWAP_NO, number="3")),
    ("swap 3 yes", Reply(Key.SWAP_YES, number="3")),
    ("swap yes 03", Reply(Key.SWAP_YES, number="3")),
    ("swap", Reply(Key.UNKNOWN)),
    ("swap with lee on friday", Reply(Key.FREE)),
    ("yes 3", Reply(Key.UNKNOWN)),
    ("492817", Reply(Key.VERIFY, number="492817")),
    (" 492 817. ", Reply(Key.VERIFY, number="492817")),
    ("49281", Reply(Key.UNKNOWN)),
    ("4928170", Reply(Key.UNKNOWN)),
    ("k7", Reply(Key.UNKNOWN, "K7")),
    ("takk k7", Reply(Key.UNKNOWN, "K7")),
    ("who is this about", Reply(Key.FREE)),
    ("K7: 1", Reply(Key.TALK_SAY, "K7")),
    ("k7 : ok", Reply(Key.TALK_SAY, "K7")),
    ("k7:", Reply(Key.UNKNOWN)),
    ("K7 how are you now?", Reply(Key.FREE, "K7")),
    ("safe?", Reply(Key.TALK_SAFE)),
    ("Safe K7", Reply(Key.TALK_SAFE, "K7")),
    ("k7 safe?", Reply(Key.TALK_SAFE, "K7")),
    ("safe to go home now", Reply(Key.FREE)),
    ("where", Reply(Key.TALK_WHERE)),
    ("where are you", Reply(Key.FREE)),
    ("911", Reply(Key.TALK_911)),
    ("911 k7", Reply(Key.TALK_911, "K7")),
    ("911 k7 called county dispatch", Reply(Key.TALK_911, "K7", name="county dispatch", number="called")),
    ("911 is on its way", Reply(Key.FREE)),
    ("/intro", Reply(Key.TALK_CANNED, name="intro")),
    ("k7 /intro", Reply(Key.TALK_CANNED, "K7", name="intro")),
    ("contacts K7 end 2", Reply(Key.TALK_CONTACTS, "K7", number="2")),
    ("contacts end 12 k7", Reply(Key.TALK_CONTACTS, "K7", number="12")),
    ("/skill grounding", Reply(Key.TALK_SKILL, name="grounding")),
    ("K7 /Skill cold water", Reply(Key.TALK_SKILL, "K7", name="cold water")),
    ("/skill k7 sleep fuller", Reply(Key.TALK_SKILL, "K7", name="sleep fuller")),
    ("/skill sleep K7", Reply(Key.TALK_SKILL, "K7", name="sleep")),
    ("/skill", Reply(Key.TALK_SKILL)),
    ("/skills", Reply(Key.TALK_CANNED, name="skills")),
    ("canned intro k7", Reply(Key.TALK_CANNED, "K7", name="intro")),
    ("/", Reply(Key.TALK_CANNED)),
    ("join kim", Reply(Key.TALK_JOIN, name="kim")),
    ("join k7", Reply(Key.TALK_JOIN, "K7")),
    ("k7 join Mary Ann", Reply(Key.TALK_JOIN, "K7", name="mary ann")),
    ("join us for the group tomorrow", Reply(Key.FREE)),
    ("leave k7", Reply(Key.TALK_LEAVE, "K7")),
    ("note k7 her sister knows", Reply(Key.TALK_NOTE, "K7", name="her sister knows")),
    ("mute k7", Reply(Key.TALK_MUTE, "K7")),
    ("911 k7 dispatch 7", Reply(Key.TALK_911, "K7", name="dispatch 7", number="unclear")),
    ("k7 911 is on its way", Reply(Key.FREE, "K7")),
    ("called 911, officer lee", Reply(Key.TALK_911, name="officer lee", number="unclear")),
    ("k7 called 911", Reply(Key.TALK_911, "K7", number="unclear")),
    ("911 called", Reply(Key.TALK_911, number="called")),
    ("join es", Reply(Key.TALK_JOIN, name="es")),
    ("k7 join es all", Reply(Key.TALK_JOIN, "K7", name="es all")),
    ("contacts k7", Reply(Key.TALK_CONTACTS, "K7")),
    ("K7 contacts", Reply(Key.TALK_CONTACTS, "K7")),
    ("contacts were called", Reply(Key.FREE)),
    ("call k7 2", Reply(Key.CALL, "K7", number="2")),
    ("k7 call 2", Reply(Key.CALL, "K7", number="2")),
    ("call 2 k7", Reply(Key.CALL, "K7", number="2")),
    ("call 2", Reply(Key.CALL, number="2")),
    ("call k7 her mother", Reply(Key.FREE, "K7")),
    ("last", Reply(Key.TALK_LAST)),
    ("last k7", Reply(Key.TALK_LAST, "K7")),
    ("last 5 K7", Reply(Key.TALK_LAST, "K7", number="5")),
    ("k7 last 12", Reply(Key.TALK_LAST, "K7", number="12")),
    ("last night was better", Reply(Key.FREE)),
    ("1 please send somebody", Reply(Key.FREE)),
]


@pytest.mark.parametrize(("text", "reply"), READINGS, ids=[repr(text) for text, _ in READINGS])
def test_a_text_is_read_as(text: str, reply: Reply) -> None:
    assert parse(text) == reply


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("K7 How are you now?", "K7", "How are you now?"),
        ("k7:  OK", "K7", "OK"),
        ("How are you?", "", "How are you?"),
        ("A nice day", "", "A nice day"),
        ("k7", "", "k7"),
    ],
)
def test_words_for_a_conversation_stay_as_written(text: str, code: str, words: str) -> None:
    assert words_of(text) == (code, words)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("note K7 Her sister knows", "Her sister knows"),
        ("K7 NOTE Her sister knows", "Her sister knows"),
        ("note", ""),
        ("something else", ""),
    ],
)
def test_what_stands_behind_a_key_stays_as_written(text: str, rest: str) -> None:
    assert after(text, "note") == rest


@pytest.mark.parametrize("text", ["ok", "okay", "yes", "y", "k", "seen", "ok k7", "yes K7"])
def test_half_asleep_words_take_nothing(text: str) -> None:
    assert parse(text).key is Key.SEEN


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    assert isinstance(parse(text), Reply)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [*sorted(COMMAND_WORDS), "k7", "k7m", "4711", "safety", "plan", "x", "\u1369", "\u00b2"]
        )
    ).map(" ".join)
)
def test_no_mixture_of_known_words_breaks_the_reading(text: str) -> None:
    assert isinstance(parse(text), Reply)


@pytest.mark.parametrize("text", ["4 \u1369", "4 " + "9" * 5000, "4 k7 \u0661"])
def test_digits_that_are_no_numbers_here_close_nothing(text: str) -> None:
    assert parse(text).disposition is None


@settings(max_examples=100)
@given(
    st.from_regex(CODE, fullmatch=True),
    st.sampled_from("123456"),
    st.sampled_from(["{key}{code}", "{code}{key}", "{key} {code}", "{code} {key}", "  {key}\n{code}. "]),
    st.booleans(),
)
def test_a_key_with_a_code_is_read_in_any_order_spacing_and_case(
    code: str, key: str, form: str, upper: bool
) -> None:
    text = form.format(code=code, key=key)

    reply = parse(text.upper() if upper else text)

    assert reply.key is parse(key).key
    assert reply.code == code.upper()


@settings(max_examples=100)
@given(st.from_regex(CODE, fullmatch=True))
def test_no_code_is_a_command_word_and_each_has_a_letter_first(code: str) -> None:
    assert code not in COMMAND_WORDS
    assert code[0].isalpha()
    assert parse(code).key is Key.UNKNOWN


@settings(max_examples=300)
@given(
    st.text("acdefhjkmnprtuvwxy34679125608", max_size=7)
    | st.tuples(st.sampled_from("123456"), st.from_regex(CODE, fullmatch=True)).map("".join)
    | st.tuples(st.from_regex(CODE, fullmatch=True), st.sampled_from("123456")).map("".join)
)
def test_the_keys_5_and_6_change_no_reading_of_the_keys_before_them(word: str) -> None:
    """Where the grammar of four keys parts a word into key and code, that of six reads the same."""
    parted = re.fullmatch(f"([1-4])({CODE.pattern})|({CODE.pattern})([1-4])", word)
    if parted is None:
        others = parse(word).key not in (Key.TAKE, Key.PASS, Key.REACHED, Key.DISPOSE)
        assert others or len(word) == 1 or word in COMMAND_WORDS
        return
    key, code = (part for part in parted.groups() if part) if parted[1] else (parted[4], parted[3])
    assert parse(word) == Reply(parse(key).key, code.upper())


@settings(max_examples=100)
@given(st.text("0123456789", min_size=1, max_size=8))
def test_only_six_digits_are_a_verification_and_they_take_and_close_nothing(digits: str) -> None:
    assert (parse(digits).key is Key.VERIFY) == (len(digits) == 6)

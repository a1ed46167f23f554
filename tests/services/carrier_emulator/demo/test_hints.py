import pytest

from contracts import replies
from contracts.replies import Key
from contracts.values import Urgency
from services.carrier_emulator.demo import hints
from services.carrier_emulator.demo.hints import Group, Hint
from services.conversation import triage
from services.conversation.core.opting import Opting, opting

NOT_WORTH_TRYING = {Key.UNKNOWN, Key.SEEN, Key.START, Key.VERIFY, Key.SWAP_NO}


def every(groups: tuple[Group, ...]) -> list[Hint]:
    return [hint for group in groups for hint in group.hints]


def filled(hint: Hint) -> str:
    return hint.text.format(code="K7", pin="5083", colleague="kim")


@pytest.mark.parametrize("hint", every(hints.STAFF), ids=lambda hint: hint.text)
def test_what_staff_are_offered_is_understood_and_names_the_code_where_it_stands(hint: Hint):
    reply = replies.parse(filled(hint))
    code = replies.words_of(filled(hint))[0] if reply.key is Key.FREE else reply.code

    assert reply.key is not Key.UNKNOWN
    assert code == ("K7" if "{code}" in hint.text else "")
    assert reply.pin == ("5083" if "{pin}" in hint.text else "")


def test_no_key_that_is_worth_trying_is_missing_from_the_hints():
    offered = {replies.parse(filled(hint)).key for hint in every(hints.STAFF)}

    assert set(Key) - offered == NOT_WORTH_TRYING


def test_what_patients_are_offered_is_as_urgent_as_it_says():
    for hint in every(hints.PATIENTS):
        urgency = triage.assess(hint.text).urgency
        if "NOW" in hint.does:
            assert urgency is Urgency.IMMINENT, hint.text
        if "WITHIN THE HOUR" in hint.does:
            assert urgency is Urgency.URGENT, hint.text


def test_only_the_bare_word_among_the_patients_hints_stops_texts():
    stops = {hint.text for hint in every(hints.PATIENTS) if opting("", hint.text) is Opting.OUT}

    assert stops == {"STOP"}

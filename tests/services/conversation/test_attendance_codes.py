"""A code checks a patient in to their session; nothing else does, and no code ever hides a cry for help."""

from datetime import timedelta

import pytest

from contracts.attendance import AttendanceCode
from contracts.facts import CheckedIn
from contracts.values import Kind
from tests.services.conversation.hands import START
from tests.services.conversation.talk import LANGUAGES

CODE = AttendanceCode(
    session="iop-20261124-0900",
    code="482913",
    opens_at=START - timedelta(minutes=30),
    closes_at=START + timedelta(hours=3),
    patients=("pt_expected", "pt_crisis", "pt_missed"),
)


@pytest.fixture
async def coded(line):
    """The line, while a session is on at which `pt_expected` and `pt_crisis` are expected."""
    store = await line.js.key_value("attendance_codes")
    await store.put(CODE.session, CODE.model_dump_json().encode())
    await line.service.codes.follower.catch_up()
    yield line
    await store.delete(CODE.session)


async def checked_in(line, patient):
    info = await line.js.stream_info("PROGRAMME", subjects_filter=f"programme.checked_in.{patient}")
    if not info.state.subjects:
        return []
    raw = await line.js.get_last_msg("PROGRAMME", f"programme.checked_in.{patient}")
    return [CheckedIn.model_validate_json(raw.data)] * sum(info.state.subjects.values())


async def say(line, phone, body, **more):
    text = line.sms(phone, body, **more)
    sequence = await line.say("sms_received.patient", text)
    await line.settled()
    return text, sequence


async def test_the_code_alone_checks_in_pages_nobody_and_is_answered_once(coded):
    phone = coded.number()
    await coded.know("pt_expected", phone)

    text, sequence = await say(coded, phone, " 482913 ")
    await coded.again("conversation_carrier", "sms_received.patient", sequence)

    (fact,) = await checked_in(coded, "pt_expected")
    assert (fact.session, fact.by, fact.document) == (CODE.session, "text", text.sid)
    assert await coded.signals(text.sid) == []
    assert coded.texts_to(phone) == ["Auto-reply: thank you, that is noted."]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("482913 i took all my pills", {}),
        ("i am at the bridge 482913", {}),
        ("482914", {}),
        ("482913?", {}),
        ("482913", {"media": 1}),
        ("", {}),
    ],
)
async def test_anything_but_the_code_alone_is_a_text_to_the_crisis_line(coded, body, more):
    phone = coded.number()
    await coded.know("pt_expected", phone)
    before = len(await checked_in(coded, "pt_expected"))

    text, _ = await say(coded, phone, body, **more)

    assert len(await coded.signals(text.sid)) == 1
    assert len(await checked_in(coded, "pt_expected")) == before


@pytest.mark.parametrize(
    ("minutes", "from_", "language"),
    [(181, "pt_late", "en"), (-31, "pt_early", "es"), (60, "pt_other", "en")],
)
async def test_a_code_that_does_not_count_is_no_cry_for_help_but_staff_see_it(
    coded, clock, minutes, from_, language
):
    """Too late, too early, or another group's: answered in words that are true, and on the worklist."""
    there = () if from_ == "pt_other" else (from_,)
    own = CODE.model_copy(update={"patients": there})
    elsewhere = CODE.model_copy(update={"session": "art-1", "code": "731046", "patients": ("pt_other",)})
    store = await coded.js.key_value("attendance_codes")
    for one in (own, elsewhere):
        await store.put(one.session, one.model_dump_json().encode())
    phone = coded.number()
    await coded.know(from_, phone, language=language)
    await clock.step(START + timedelta(minutes=max(0, minutes)))
    if minutes < 0:
        early = own.model_copy(update={"opens_at": START + timedelta(minutes=1)})
        await store.put(own.session, early.model_dump_json().encode())
    await coded.service.codes.follower.catch_up()

    text, sequence = await say(coded, phone, "482913")
    await coded.again("conversation_carrier", "sms_received.patient", sequence)
    await coded.settled()

    (signal,) = await coded.signals(text.sid)
    assert (signal.kind, signal.urgency, signal.tags) == ("concern_raised", "routine", ("attendance_code",))
    (answer,) = coded.texts_to(phone)
    assert answer == LANGUAGES.of(language).code_late
    assert await checked_in(coded, from_) == []
    await store.delete(elsewhere.session)
    # The next words are a text like any, answered like any.
    text, _ = await say(coded, phone, "482913 please")
    assert [one.urgency for one in await coded.signals(text.sid)] == ["urgent"]
    assert len(coded.texts_to(phone)) == 2


async def test_a_late_code_checks_in_while_nothing_but_the_missed_session_is_open(coded):
    phone = coded.number()
    await coded.know("pt_missed", phone)
    await coded.escalation("pt_missed", "ana", kind=Kind.SESSION_MISSED)
    text, _ = await say(coded, phone, "482913")
    assert await coded.signals(text.sid) == []
    assert len(await checked_in(coded, "pt_missed")) == 1
    await coded.escalation("pt_missed", None, is_open=False)


async def test_the_code_from_somebody_else_or_in_an_open_crisis_is_a_text(coded):
    stranger, phone = coded.number(), coded.number()
    text, _ = await say(coded, stranger, "482913")
    assert len(await coded.signals(text.sid)) == 1

    await coded.know("pt_crisis", phone)
    await coded.escalation("pt_crisis", None)
    text, _ = await say(coded, phone, "482913")
    assert len(await coded.signals(text.sid)) == 1
    assert await checked_in(coded, "pt_crisis") == []

    await coded.escalation("pt_crisis", None, is_open=False)
    text, _ = await say(coded, phone, "482913")
    assert await coded.signals(text.sid) == []
    assert len(await checked_in(coded, "pt_crisis")) == 1

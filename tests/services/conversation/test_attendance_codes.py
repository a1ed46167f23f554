"""A code checks a patient in to their session; nothing else does, and no code ever hides a cry for help."""

from datetime import timedelta

import pytest

from contracts.attendance import AttendanceCode
from contracts.facts import CheckedIn
from tests.services.conversation.hands import START

CODE = AttendanceCode(
    session="iop-20261124-0900",
    code="482913",
    opens_at=START - timedelta(minutes=30),
    closes_at=START + timedelta(hours=3),
    patients=("pt_expected", "pt_crisis"),
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


async def test_the_code_alone_checks_in_and_is_answered_and_paged_by_nobody(coded):
    phone = coded.number()
    await coded.know("pt_expected", phone)

    text, sequence = await say(coded, phone, " 482913 ")
    await coded.again("conversation_carrier", "sms_received.patient", sequence)

    (fact,) = await checked_in(coded, "pt_expected")
    assert (fact.session, fact.by, fact.document) == (CODE.session, "text", text.sid)
    assert await coded.signals(text.sid) == []
    assert coded.texts_to(phone) == []


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

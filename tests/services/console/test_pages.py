"""What the pages are made from: the order of the board, buttons, clocks, and lines that change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.conversations import ConversationBrief
from contracts.escalations import (
    EscalationBrief,
    EscalationStatus,
    Held,
    Opened,
    PageRequested,
    Reached,
    Resolved,
    Telling,
)
from contracts.golden import example
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import Key
from contracts.schedules import Schedule, Shift, Shifts
from contracts.values import Disposition, Kind, Urgency
from services.console.core import board, buttons, story, words
from services.console.core.board import Open
from services.console.core.buttons import Tie
from services.console.dossier import masked
from services.console.live import Lines, Live
from services.console.settings import ConsoleSettings
from services.console.web import HERE, Web, onward

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


def run(
    code: str = "K7",
    status: EscalationStatus = EscalationStatus.PAGING,
    urgency: Urgency = Urgency.URGENT,
    minutes: int = 0,
    subject: str = "",
    **more: object,
) -> Open:
    brief = EscalationBrief.model_validate(
        {
            "run": f"run-{code}",
            "code": code,
            "status": status,
            "urgency": urgency,
            "kind": Kind.PATIENT_ALERT,
            "opened_at": NOW - timedelta(minutes=minutes),
            "policy": "urgent",
            **more,
        }
    )
    return Open(subject or f"escalations.pt_{code}", 1, brief, NOW + timedelta(minutes=5))


def name(responder: str) -> str:
    return responder.title()


def page(status: PageStatus = PageStatus.OUT, **more: object) -> PageBrief:
    fields = {"page": "p1", "responder": "ana", "run": "run-K7", "purpose": Purpose.PAGE, "asked_at": NOW}
    return PageBrief.model_validate({**fields, "status": status, **more})


def test_the_most_urgent_come_first_and_of_those_the_oldest() -> None:
    found = [
        run("A3", urgency=Urgency.SOON, minutes=90),
        run("C4", urgency=Urgency.IMMINENT, minutes=1),
        run("D6", urgency=Urgency.IMMINENT, minutes=9),
        run("E7", minutes=30),
    ]

    assert [one.brief.code for one in board.ordered(found)] == ["D6", "C4", "E7", "A3"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (EscalationStatus.PAGING, "nobody has it: paging Ana and Ben (round 1, step 1)"),
        (EscalationStatus.HELD, "Kim has it; the patient is not reached yet; Ana and Ben paged as well"),
        (EscalationStatus.CLOSED, "closed"),
        (EscalationStatus.WORKLIST, "on the worklist; nobody is paged"),
    ],
)
def test_a_line_says_in_words_where_it_stands(status: EscalationStatus, sentence: str) -> None:
    row = board.row(run(status=status, holder="kim", paged=("ana", "ben")), name, ZONE, NOW)

    assert row.stands == sentence


def test_times_are_on_the_readers_clock_with_their_day_unless_it_is_today() -> None:
    today, tomorrow = words.when(NOW, ZONE, NOW), words.when(NOW + timedelta(days=1), ZONE, NOW)

    assert today is not None and today.clock == "03:10"
    assert tomorrow is not None and tomorrow.clock == "Wed 25 Nov 03:10"


def test_who_waits_on_the_crisis_line_is_shown_the_most_urgent_first() -> None:
    waits = ConversationBrief(waiting_since=NOW - timedelta(minutes=3), code="K7")
    louder = ConversationBrief(waiting_since=NOW, urgency=Urgency.IMMINENT)
    desk = ConversationBrief(waiting_since=NOW, desk=True)
    runs = {"escalations.a": run(status=EscalationStatus.HELD, holder="ana").brief}

    found = board.waiting({"a": waits, "b": louder, "desk-x": desk}, runs, name, ZONE, NOW)

    assert [(one.key, one.word, one.holder) for one in found] == [
        ("b", "NOW", ""),
        ("a", "WITHIN THE HOUR", "Ana"),
    ]


def test_a_schedule_with_nobody_on_is_a_gap() -> None:
    on = Shift(person="ana", start=NOW - timedelta(hours=1), end=NOW + timedelta(hours=1))
    shifts = {"primary": Shifts(schedule="primary", compiled_at=NOW, through=NOW, shifts=(on,))}
    schedules = {one: Schedule(id=one, title=one.title()) for one in ("backup", "primary")}

    found = board.coverage(schedules, shifts, name, ZONE, NOW)

    assert [(one.title, one.people) for one in found] == [("Backup", ()), ("Primary", ("Ana",))]


def test_what_somebody_has_to_do_with_it_gives_their_buttons() -> None:
    held = run(status=EscalationStatus.HELD, holder="ana").brief
    out = run().brief
    asked = page(PageStatus.ACKNOWLEDGED, purpose=Purpose.MESSAGE, telling=Telling.SIGN_PLEASE)

    assert buttons.tie("ana", held, [], (), None) is Tie.HOLDS
    assert buttons.tie("ana", out, [page()], (), None) is Tie.PAGED
    assert buttons.tie("ana", out, [page(PageStatus.DECLINED)], (), None) is Tie.NONE
    assert buttons.tie("ben", held, [asked], (), None) is Tie.SIGNS
    assert buttons.tie("ben", held, [], ("ben",), None) is Tie.BESIDE
    assert buttons.tie(None, held, [page()], (), None) is Tie.NONE


def _keys(tie: Tie, one: Open, undo_until: datetime | None = None) -> list[Key]:
    fault = one.is_fault
    return [
        each.key for each in buttons.buttons(tie, one.brief, is_fault=fault, undo_until=undo_until, now=NOW)
    ]


def test_buttons_are_what_the_keys_of_a_text_would_do() -> None:
    held, reached = run(status=EscalationStatus.HELD), run(status=EscalationStatus.REACHED)
    soon = run(status=EscalationStatus.HELD, urgency=Urgency.SOON)
    fault = run(status=EscalationStatus.HELD, subject="faults.roster", kind=Kind.SYSTEM_FAULT)

    assert _keys(Tie.PAGED, run()) == [Key.TAKE, Key.PASS]
    assert _keys(Tie.HOLDS, held)[:3] == [Key.CALL, Key.REACHED, Key.DISPOSE]
    assert Key.REACHED not in _keys(Tie.HOLDS, reached)
    assert Key.SNOOZE in _keys(Tie.HOLDS, soon) and Key.SNOOZE not in _keys(Tie.HOLDS, held)
    assert Key.CALL not in _keys(Tie.HOLDS, fault) and Key.DISPOSE in _keys(Tie.HOLDS, fault)
    assert _keys(Tie.NONE, held) == _keys(Tie.BESIDE, held) == []
    assert _keys(Tie.HELD, held, NOW + timedelta(minutes=1)) == [Key.UNDO]
    assert _keys(Tie.HELD, held, NOW) == []


def test_closing_an_imminent_one_wants_a_code_and_no_other_does() -> None:
    def wants(urgency: Urgency, subject: str = "") -> list[Key]:
        one = run(status=EscalationStatus.REACHED, urgency=urgency, subject=subject)
        found = buttons.buttons(Tie.HOLDS, one.brief, is_fault=one.is_fault, undo_until=None, now=NOW)
        return [each.key for each in found if each.step_up]

    assert wants(Urgency.IMMINENT) == [Key.DISPOSE]
    assert wants(Urgency.URGENT) == wants(Urgency.IMMINENT, "faults.roster") == []


def test_a_run_is_told_in_sentences_and_an_earlier_one_stays_apart() -> None:
    opened = example(Opened)
    events = [
        opened,
        example(PageRequested).model_copy(update={"given_by": None, "responder": "ana"}),
        example(Held).model_copy(update={"responder": "ana"}),
        example(Reached).model_copy(update={"responder": "ana"}),
        example(Resolved).model_copy(
            update={"responder": "ana", "second": "ben", "disposition": Disposition.SPOKE}
        ),
        opened.model_copy(update={"code": "M3"}),
    ]

    first, last = story.runs(events, name)

    assert [one.what for one in first.course][1:] == [
        "Ana is paged",
        "Ana took it",
        "Ana reached the patient",
        "Ana closed it: spoke with them, signed by Ben",
    ]
    assert (first.closed_by, last.opened.code, last.closed_by) == ("ana", "M3", None)


@pytest.mark.parametrize(
    ("status", "clocks"),
    [
        (EscalationStatus.PAGING, ["The next are paged", "Say how it ended"]),
        (EscalationStatus.HELD, ["Reach the patient", "Say how it ended"]),
        (EscalationStatus.REACHED, ["Reach the patient", "Say how it ended"]),
        (EscalationStatus.HANDED_OFF, ["Reach the patient", "Confirm that they have contact"]),
        (EscalationStatus.CLOSED, []),
    ],
)
def test_two_clocks_run_until_it_is_closed(status: EscalationStatus, clocks: list[str]) -> None:
    told = story.Story(example(Opened)).clocks(run(status=status))

    assert [one.label for one in told] == clocks


def test_a_browser_is_sent_the_lines_that_changed_and_the_order() -> None:
    lines: Lines = {"open": [("a", "<li>a</li>"), ("b", "<li>b</li>")]}
    live = Live(lambda: lines)
    first = live.since("")
    assert first is not None and set(first.lines["open"]) == {"a", "b"}
    assert live.since(first.mark) is None

    lines = {"open": [("b", "<li>B</li>"), ("a", "<li>a</li>")]}
    live.changed()
    second = live.since(first.mark)

    assert second is not None
    assert (second.order, second.lines) == ({"open": ["b", "a"]}, {"open": {"b": "<li>B</li>"}})
    assert live.since(second.mark) is None
    unknown = live.since("another-7")
    assert unknown is not None and len(unknown.lines["open"]) == 2


def test_every_template_can_be_read_and_holds_nothing_inline() -> None:
    web = Web(None, ConsoleSettings(), None)  # type: ignore[arg-type]
    for file in (HERE / "templates").iterdir():
        web._templates.get_template(file.name)
        text = file.read_text()
        assert "style=" not in text and "onclick" not in text and "//" not in text.replace("<!doctype", "")


def test_nobody_is_sent_elsewhere_and_no_number_is_told() -> None:
    assert onward("/e/K7") == "/e/K7"
    assert [onward(one) for one in ("//evil.example", "https://evil.example", "/\\evil", "e", "")] == [""] * 5
    assert masked("+12025550121") == "number ending in 21"

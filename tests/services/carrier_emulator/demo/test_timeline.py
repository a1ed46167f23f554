"""One escalation as the page shows it: folded from commits that may come twice and in any order."""

from datetime import UTC, datetime, timedelta

from contracts import escalations as e
from contracts import pages as p
from contracts.commits import BRIEF, DUE, Commit
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.golden import example
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.signals import Signal
from contracts.values import Channel, Disposition, Kind, Urgency, Value
from services.carrier_emulator.demo.cast import Cast, Member
from services.carrier_emulator.demo.timeline import Timeline

AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
SUBJECT, RUN, PAGE = "escalations.pt_robin", "pt_robin-1", "pt_robin-1-1"
CAST = Cast(
    staff=(Member("clinician_2", "Ana", "+12025550102", "America/New_York"),),
    patients=(Member("demo_1", "Robin", "+12025550121", "America/New_York", is_staff=False),),
)


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def stored(*events: Value, at: datetime = AT) -> bytes:
    rows = tuple(event.model_dump(mode="json") for event in events)
    return Commit(at=at, cause="c", version=1, events=rows, state={}).model_dump_json().encode()


def brief(status: EscalationStatus, **more: object) -> dict[str, str]:
    fields: dict[str, object] = {
        "run": RUN, "code": "K7", "status": status, "urgency": Urgency.IMMINENT, "kind": Kind.SCREEN_POSITIVE,
        "opened_at": AT, "policy": "imminent", **more,
    }  # fmt: skip
    due = {} if status is EscalationStatus.CLOSED else {DUE: after(180).isoformat()}
    return {BRIEF: EscalationBrief.model_validate(fields).model_dump_json(), **due}


def opened() -> e.Opened:
    signal = Signal(
        id="s", kind=Kind.SCREEN_POSITIVE, urgency=Urgency.IMMINENT, patient="pt_robin", occurred_at=AT,
        received_at=AT, source="demo",
    )  # fmt: skip
    update = {"at": AT, "run": RUN, "code": "K7", "signal": signal, "starts_at": None, "review_at": None}
    return example(e.Opened).model_copy(update=update)


def requested() -> e.PageRequested:
    update = {"at": AT, "page": PAGE, "responder": "clinician_2", "run": RUN, "contact_by": after(900)}
    return example(e.PageRequested).model_copy(update=update)


PAGE_HEADERS = {
    BRIEF: PageBrief(
        page=PAGE, responder="clinician_2", run=RUN, purpose=Purpose.PAGE, status=PageStatus.OUT, asked_at=AT
    ).model_dump_json()
}
ATTEMPT = (
    p.AttemptWaiting(at=AT, attempt=1, channel=Channel.SMS, method="m1"),
    p.AttemptIntended(at=after(2), attempt=1, text="VIGIL K7 NOW 03:10"),
    p.AttemptAccepted(at=after(2), attempt=1, sid="SM1"),
    p.ReceiptCame(at=after(2), attempt=1, status="sent", sid="SM1"),
    p.ReceiptCame(at=after(3), attempt=1, status="delivered", sid="SM1"),
)


def paging(timeline: Timeline) -> None:
    data = stored(opened(), e.StepStarted(at=AT, round=0, step=0, ends_at=after(180)), requested())
    timeline.fold(SUBJECT, 1, data, brief(EscalationStatus.PAGING))


def test_an_open_escalation_shows_who_is_paged_and_both_clocks():
    timeline = Timeline(CAST)
    timeline.knows_patient("pt_robin", "demo_1")
    paging(timeline)

    view = timeline.view(RUN)

    assert view is not None
    assert (view["code"], view["title"], view["urgency_word"]) == ("K7", "Robin: positive screen", "NOW")
    assert view["status"] == "Paging; nobody has it yet"
    assert [(clock["label"], clock["at"]) for clock in view["clocks"]] == [
        ("Contact with the patient", "03:25:00"),
        ("Next person is paged", "03:13:00"),
    ]
    assert [line["text"] for line in view["lines"]][-1] == "Page to Ana."


def test_the_attempts_of_a_page_stand_under_it_whichever_stream_is_read_first():
    pages_first, pages_last = Timeline(CAST), Timeline(CAST)
    for timeline in (pages_first, pages_last):
        if timeline is pages_last:
            paging(timeline)
        timeline.fold(f"pages.clinician_2.{PAGE}", 1, stored(*ATTEMPT), PAGE_HEADERS)
        if timeline is pages_first:
            paging(timeline)

    assert pages_first.view(RUN) == pages_last.view(RUN)
    assert pages_first.view(RUN)["lines"][-1]["tries"] == [
        {
            "label": "Text",
            "words": "sent 03:10:02, accepted, delivered 03:10:03",
            "text": "VIGIL K7 NOW 03:10",
        }
    ]


def test_a_commit_that_comes_twice_is_shown_once():
    timeline = Timeline(CAST)
    paging(timeline)
    paging(timeline)

    assert len(timeline.view(RUN)["lines"]) == 4


def test_a_patient_whose_id_means_nothing_here_has_no_name():
    timeline = Timeline(CAST)
    paging(timeline)

    assert timeline.view(RUN)["title"] == "A patient: positive screen"


def test_a_closed_one_says_how_it_ended_has_no_clock_and_goes_after_twelve_hours():
    timeline = Timeline(CAST)
    paging(timeline)
    resolved = e.Resolved(
        at=after(60), responder="clinician_2", disposition=Disposition.SPOKE, undo_until=after(360)
    )
    timeline.fold(SUBJECT, 2, stored(resolved, at=after(60)), brief(EscalationStatus.CLOSED))

    view = timeline.view(RUN)

    assert view["status"] == "Closed: spoke with the patient"
    assert view["clocks"] == []
    assert timeline.runs(after(3600)) == (RUN,)
    assert timeline.runs(after(13 * 3600)) == ()


def test_the_newest_escalation_comes_first():
    timeline = Timeline(CAST)
    paging(timeline)
    second = opened().model_copy(update={"run": "pt_luz-1", "at": after(5)})
    timeline.fold("escalations.pt_luz", 2, stored(second), brief(EscalationStatus.PAGING, run="pt_luz-1"))

    assert timeline.runs(after(10)) == ("pt_luz-1", RUN)


def test_what_this_code_cannot_read_changes_nothing():
    timeline = Timeline(CAST)
    paging(timeline)
    newer = Commit(at=AT, cause="c", version=9, events=({"type": "not_yet_thought_of"},), state={})

    timeline.fold(SUBJECT, 2, newer.model_dump_json().encode(), brief(EscalationStatus.PAGING))
    timeline.fold(SUBJECT, 3, b"no commit at all", {})

    assert len(timeline.view(RUN)["lines"]) == 4

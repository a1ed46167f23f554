"""The laws of a page, whatever is heard in whatever order."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.carrier import CallStatus, SmsStatus
from contracts.escalations import Telling
from contracts.notices import NoticeKind, NoticeSent
from contracts.pages import PageAcknowledged, PageEvent, PageStatus, ToEscalation, ToRoster
from contracts.replies import parse
from contracts.values import Channel, Urgency
from services.paging.core import inputs, plan
from services.paging.core.brief import brief, calls_to_end
from services.paging.core.decide import decide
from services.paging.core.due import due, unreconciled, waiting
from services.paging.core.evolve import evolve
from services.paging.core.state import Page, Stage, What
from tests.services.paging.desk import NOTHING, START, answer, bridge, notice, request, telling, withdrawal

ASKED: st.SearchStrategy[What] = st.one_of(
    st.builds(
        request,
        st.sampled_from([Urgency.IMMINENT, Urgency.URGENT, Urgency.SOON]),
        st.sampled_from(["s1 v1", "s1 v1 s2 v2", "v1", "s1", "s1! v1", "v1 s1", ""]),
    ),
    st.builds(telling, st.sampled_from([Telling.YOU_HAVE_IT, Telling.OTHER_HAS_IT])),
    st.builds(bridge, st.sampled_from(["s1 v1", "s1 s2"])),
    st.builds(answer),
    st.builds(
        notice,
        st.sampled_from([NoticeKind.SHIFT_SOON, NoticeKind.SWAP_OFFERED, NoticeKind.VERIFY, NoticeKind.GAP]),
        st.sampled_from(["s1 v1", "v1", "s1 s2 v1", "s1!"]),
        by_voice=st.booleans(),
        not_after=st.sampled_from([None, START + timedelta(seconds=20), START + timedelta(minutes=3)]),
    ),
)
NUMBERS = st.integers(1, 5)
SMS = st.sampled_from(["queued", "sent", "delivered", "undelivered", "failed", "read", "odd"])
CALLS = st.sampled_from(["initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "odd"])
CODES = st.sampled_from([None, 30003, 30005, 30007, 21610, 20429, 99999])
SIDS = st.sampled_from(["X1", "X2"])


def _sms(attempt: int, status: str, code: int | None, sid: str) -> inputs.Heard:
    return inputs.SmsReceipt(
        SmsStatus(
            sid=sid,
            status=status,
            error_code=code,
            responder="kim",
            page="p1",
            attempt=attempt,
            received_at=START,
        )
    )


def _call(attempt: int, status: str, sid: str) -> inputs.Heard:
    return inputs.CallProgress(
        CallStatus(sid=sid, status=status, responder="kim", page="p1", attempt=attempt, received_at=START)
    )


HEARD: st.SearchStrategy[inputs.Heard] = st.one_of(
    st.builds(inputs.TurnCame, NUMBERS, st.just("t"), st.just(1), st.just(2), st.just("turn")),
    st.builds(inputs.TurnCame, NUMBERS, st.just("t"), st.just(1), st.just(2), st.just("turn")),
    st.builds(inputs.CarrierAccepted, NUMBERS, SIDS),
    st.builds(inputs.CarrierRefused, NUMBERS, CODES, st.sampled_from([400, 401, 429, 503, None])),
    st.builds(inputs.CarrierUnknown, NUMBERS, st.just("timeout")),
    st.builds(inputs.NotFound, NUMBERS),
    st.builds(_sms, NUMBERS, SMS, CODES, SIDS),
    st.builds(_call, NUMBERS, CALLS, SIDS),
    st.builds(
        inputs.Replied,
        st.sampled_from(
            "1,2,3,4 spoke,ok,hello,undo,call,5,6,give lee,snooze 2h,swap yes 3,swap no,492817".split(",")
        ).map(parse),
        st.sampled_from(["c1", "c2", "c3"]),
        st.just(2),
        name=st.just(NOTHING),
        phone_ref=st.just(f"h1-{1:032x}"),
    ),
    st.builds(inputs.Pressed, st.sampled_from("1269"), st.sampled_from(["d1", "d2"]), st.just(2), SIDS),
    st.builds(inputs.MethodDied, st.just(f"h1-{1:032x}")),
    st.builds(inputs.Withdrawn, st.sampled_from(["held", "closed", "superseded"]).map(withdrawal)),
    st.just(inputs.TimeReached()),
    st.just(inputs.TimeReached()),
)
STEPS = st.lists(st.tuples(st.sampled_from([0, 1, 5, 31, 61, 130]), HEARD), max_size=30)
UNREPEATABLE = (inputs.CarrierUnknown, inputs.CarrierRefused, inputs.NotFound)
"""Answers to questions: hearing one twice means that the question was asked twice."""


@given(ASKED, STEPS)
@settings(max_examples=250, deadline=None)
def test_whatever_is_heard_the_laws_hold(what: What, steps: list[tuple[int, inputs.Heard]]) -> None:
    now, page = START, Page.empty("pages.kim.p1")
    log: list[PageEvent] = []
    for seconds, heard in [(0, inputs.Requested(what)), *steps]:
        now += timedelta(seconds=seconds)
        events = decide(page, heard, now)
        if isinstance(heard, inputs.TimeReached) and (at := due(page)) is not None and at <= now:
            assert events, "a moment that came is never ignored"
        for event in events:
            page = evolve(page, event)
        log += events

        _open_means_due(page)
        _one_attempt_per_method(page)
        _acknowledged_only_by_a_person(events, heard)
        _exhausted_only_if_all_failed(page, events)
        _a_notice_is_the_rosters_and_a_page_is_escalations(what, events)
        assert page.status is None or not waiting(page) or page.status is PageStatus.OUT
        if heard == inputs.TimeReached():
            after = due(page)
            assert after is None or after > now, "the moment moves on"
        if not isinstance(heard, UNREPEATABLE):
            assert decide(page, heard, now) == (), "the same again changes nothing"

    folded = Page.empty("pages.kim.p1")
    for event in log:
        folded = evolve(folded, event)
    assert folded == page
    assert Page.model_validate_json(page.model_dump_json()) == page
    assert len(page.attempts) <= 4 * 3 + 2
    assert len(page.model_dump_json()) < 20_000


def _open_means_due(page: Page) -> None:
    if page.status is PageStatus.OUT:
        assert due(page) is not None
    elif due(page) is not None:
        assert calls_to_end(page) or any(plan.is_under_way(attempt) for attempt in page.attempts)
    assert not unreconciled(page, START) or due(page) is not None
    assert page.what is None or brief(page) is not None


def _one_attempt_per_method(page: Page) -> None:
    flying = [attempt.method for attempt in page.attempts if plan.is_under_way(attempt)]
    assert len(flying) == len(set(flying))


def _acknowledged_only_by_a_person(events: tuple[PageEvent, ...], heard: inputs.Heard) -> None:
    if any(isinstance(event, PageAcknowledged) for event in events):
        assert isinstance(heard, inputs.Replied | inputs.Pressed)
        if isinstance(heard, inputs.Replied):
            assert heard.reply == parse("1")
        else:
            assert heard.digits == "1"


def _a_notice_is_the_rosters_and_a_page_is_escalations(what: What, events: tuple[PageEvent, ...]) -> None:
    if isinstance(what, NoticeSent):
        assert not any(isinstance(event, ToEscalation) for event in events)
    else:
        assert not any(isinstance(event, ToRoster) for event in events)


def _exhausted_only_if_all_failed(page: Page, events: tuple[PageEvent, ...]) -> None:
    if not any(event.type == "page_exhausted" for event in events):
        return
    assert page.what is not None
    for method in page.what.methods:
        attempts = [each for each in page.attempts if each.method == method.id]
        tried = [each for each in attempts if each.stage is not Stage.DROPPED]
        assert method.dead_since or method.id in page.dead or tried[-1].stage is Stage.FAILED


@given(ASKED)
@settings(max_examples=40, deadline=None)
def test_a_page_nobody_ever_hears_of_again_keeps_moving_at_a_bounded_pace(what: What) -> None:
    now, page = START, Page.empty("pages.kim.p1")
    moments = 0
    for event in decide(page, inputs.Requested(what), now):
        page = evolve(page, event)
    while (at := due(page)) is not None and at < START + timedelta(hours=3):
        now, moments = at, moments + 1
        for event in decide(page, inputs.TimeReached(), now):
            page = evolve(page, event)
    assert moments < 400 * 3


@given(
    st.sampled_from([Urgency.IMMINENT, Urgency.URGENT]),
    st.permutations(["queued", "sending", "sent", "delivered", "undelivered"]),
    st.lists(st.sampled_from(["queued", "sent", "delivered", "undelivered"]), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_receipts_in_any_order_and_number_leave_the_text_delivered(
    urgency: Urgency, order: list[str], again: list[str]
) -> None:
    page = Page.empty("pages.kim.p1")
    steps: list[inputs.Heard] = [
        inputs.Requested(request(urgency)),
        inputs.TurnCame(1, "t", 1, 2, "turn"),
        inputs.CarrierAccepted(1, "X1"),
        *(_sms(1, status, None, "X1") for status in [*order, *again]),
    ]
    for heard in steps:
        for event in decide(page, heard, START):
            page = evolve(page, event)

    text = page.attempts[0]
    assert (text.channel, text.status, text.stage) == (Channel.SMS, "delivered", Stage.ACCEPTED)

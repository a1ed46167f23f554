"""What must hold whatever patients, staff, the carrier and time do."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conversations import AnswerStage, Purpose
from contracts.escalations import EscalationStatus
from contracts.privacy import Texting
from services.conversation.core import answering
from services.conversation.core.decide import raised, time_reached
from services.conversation.core.evolve import evolve
from services.conversation.core.opting import Opting
from services.conversation.core.state import Conversation, due
from tests.services.conversation.talk import START, Talk

MOVES = ["text", "text", "text", "stop", "start", "ana", "ben", "nobody", "close", "reopen", "words", "join"]
MOVES += ["phone dies", "phone lives", "relay fails", "words fail", "safe?", "note", "911", "raise"]
PLAN = st.lists(
    st.tuples(st.sampled_from(MOVES), st.sampled_from([0, 0.4, 2, 30, 200, 1300]), st.booleans()), max_size=30
)


class Night(Talk):
    """A conversation in which anything may happen; it keeps what was said and what became of it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.run = 1
        self.at_phones: list[str] = []
        self.first = Conversation.empty("conversations.pt_a")

    def take(self, answer):
        super().take(answer)
        self.at_phones.append(answer.sealed.box if answer.sealed else answer.text)

    def after(self, seconds, carrier):
        end = self.now + timedelta(seconds=seconds)
        if carrier:
            minutes = (end - START).total_seconds() / 60
            self.until(minutes=minutes)
        else:
            self.now = end

    def do(self, move):
        holder = self.hold.holder if self.hold else None
        is_open = self.hold is not None and self.hold.open
        match move:
            case "text":
                word = f"w{len(self.said)}."
                self.text(word)
                self.said[f"sms/SM{self.number}"] = word
                if not is_open and self.hold is not None:
                    self.do("reopen")
            case "stop":
                self.text("STOP", opting=Opting.OUT, carried=False)
            case "start":
                self.text("START", opting=Opting.IN, carried=False)
            case "ana" | "ben" if is_open or self.hold is None:
                self.escalation(move, **self.which())
            case "nobody" if is_open:
                self.escalation(None, **self.which())
            case "close" if is_open and holder:
                self.closed(**self.which())
            case "reopen" if self.hold is not None and not is_open:
                self.run += 1
                self.escalation(None, **self.which())
            case "raise" if is_open:
                self.escalation(holder, nobody=True, **self.which())
            case "words" | "safe?" | "note" | "911" if holder:
                self.says(holder, {"words": f"hello {self.number}", "note": "note K7 x"}.get(move, move))
            case "join" if holder:
                self.says(holder, "join kim"), self.says("kim", "join K7")
            case "phone dies":
                self.reachable.discard("ana")
            case "phone lives":
                self.reachable.add("ana")
            case "relay fails" | "words fail":
                purpose = Purpose.RELAY if move == "relay fails" else Purpose.WORDS
                if any(one.purpose is purpose for one in self.state.outbox):
                    self.fails(purpose)
            case _:
                pass

    def which(self):
        return {"run": f"pt_a-{self.run}", "code": f"K{self.run}"}


def played(plan):
    night = Night()
    for move, seconds, carrier in plan:
        night.do(move)
        night.after(seconds, carrier)
        assert due(night.state) is not None or not (
            night.state.owed or any(one.under_way for one in night.state.outbox)
        )
    return night


def look(night, carrier):
    """Look once, as `Sending.look` does; return whether anything came of it."""
    before = len(night.events)
    if night.state.owed:
        names = tuple(one.signal for one in night.state.owed)
        night.hear(lambda draft: raised(draft, names))
    for one in answering.lost(night.state, night.now):
        asked_for(night, one.id, one.attempt, carrier)
    night.hear(time_reached)
    for one in night.state.outbox:
        if one.stage is AnswerStage.INTENDED:
            handed_over(night, one.id, one.attempt, carrier)
    return len(night.events) > before


def asked_for(night, name, attempt, carrier):
    match carrier:
        case "silent" | "down":
            night.hear(lambda draft: answering.unknown(draft, name, attempt, "unreachable"))
        case "busy" | "refuses":
            night.hear(lambda draft: answering.not_found(draft, name, attempt))
        case _takes:
            night.hear(lambda draft: answering.accepted(draft, name, attempt, "SMx", reconciled=True))


def handed_over(night, name, attempt, carrier):
    match carrier:
        case "silent":
            pass
        case "down":
            night.hear(lambda draft: answering.unknown(draft, name, attempt, "timeout"))
        case "busy":
            night.hear(lambda draft: answering.refused(draft, name, attempt, 20429, 429))
        case "refuses":
            night.hear(lambda draft: answering.refused(draft, name, attempt, 30007, 400))
        case _takes:
            night.hear(lambda draft: answering.accepted(draft, name, attempt, "SMx"))


CARRIER = ["takes", "takes", "refuses", "busy", "down", "silent"]
MARKED = ["free", "free", "call", "neutral", "quiet"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            st.sampled_from([0, 0, 0.4, 2, 30, 200, 1300, 4000]),
            st.sampled_from(CARRIER),
            st.sampled_from(MARKED),
        ),
        max_size=25,
    )
)
@settings(max_examples=300, deadline=None)
def test_after_a_look_nothing_is_due_any_more(plan):
    """However late the look, whatever the carrier did: what is still due then would be told to ops."""
    night = Night().with_times(survey=timedelta(minutes=1), most_automatic=4)
    for move, seconds, carrier, marked in plan:
        texting = Texting.FREE if marked == "quiet" else Texting(marked)
        night.more = {"texting": texting, "is_quiet": marked == "quiet"}
        night.do(move)
        night.now += timedelta(seconds=seconds)
        looks = 0
        while look(night, carrier):
            looks += 1
            assert looks < 100, "it never comes to rest"
        moment = due(night.state)
        assert moment is None or moment > night.now, (move, carrier, marked)


@given(PLAN)
@settings(max_examples=400, deadline=None)
def test_every_text_reaches_a_person_or_is_a_signal(plan):
    night = played(plan)
    night.reachable.add("ana")
    carried = {e.sid for e in night.events if getattr(e, "type", "") == "text_received" and e.carried}
    night.after(400, True)

    for signal, word in night.said.items():
        if signal.removeprefix("sms/") in carried and signal not in night.owed:
            assert any(word in text for text in night.at_phones), f"{word} reached nobody"


@given(PLAN)
@settings(max_examples=60, deadline=None)
def test_the_state_is_the_fold_of_the_events_and_stays_small(plan):
    night = played(plan)

    state = night.first
    for event in night.events:
        state = evolve(state, event)
    assert state == night.state
    assert Conversation.model_validate_json(state.model_dump_json()) == state


@given(PLAN)
@settings(max_examples=60, deadline=None)
def test_nobody_is_texted_who_opted_out_and_nobody_hears_who_does_not_hold_it(plan):
    night = Night()
    for move, seconds, carrier in plan:
        night.do(move)
        begun = len(night.events)
        night.after(seconds, carrier)
        for event in night.events[begun:]:
            if event.type == "answer_waiting" and event.purpose is Purpose.RELAY:
                assert event.responder in {one.responder for one in night.state.beside} | {
                    "ana",
                    "ben",
                    "kim",
                }
    waiting = [one for one in night.state.outbox if one.stage is AnswerStage.WAITING and one.to is None]
    night.hear(lambda _draft: None)
    if night.state.opted_out:
        night.sent.clear()
        night.after(5, True)
        assert night.got("patient") == [], waiting


@given(PLAN)
@settings(max_examples=60, deadline=None)
def test_an_end_leaves_nothing_running_but_what_was_owed(plan):
    night = played(plan)
    if night.hold is None or night.hold.held_by is None:
        return
    night.reachable |= {"ana", "ben"}
    night.after(30, True)
    night.closed(**night.which())
    night.after(30, True)

    assert night.state.hold.status is EscalationStatus.CLOSED
    assert night.state.beside == () and night.state.emergency is None
    if not night.owed:
        assert night.state.waiting_since is None

"""What is open is handed over in codes, urgencies and ages."""

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.schedules import Handoff, Schedule
from contracts.values import Kind, Urgency
from services.roster.core import handoffs, open_now
from services.roster.core.turn import Turn
from tests.services.roster.shell.people import DAY, HOUR, LINE, NOW, PEOPLE

TURN = Turn("primary", "ben", NOW, NOW + 7 * DAY, ("ana",))


def brief(code="K7", urgency=Urgency.IMMINENT, hours=0.5, holder=None, status=EscalationStatus.PAGING):
    return EscalationBrief(
        run="pt_1-1", code=code, status=status, urgency=urgency, kind=Kind.PATIENT_ALERT, holder=holder,
        opened_at=NOW - hours * HOUR, policy="p",
    )  # fmt: skip


OPEN = {
    "escalations.pt_1": brief("M3", Urgency.SOON, 3, "ana", EscalationStatus.HELD),
    "escalations.pt_2": brief("K7", Urgency.IMMINENT, 2 / 3),
    "escalations.pt_3": brief("W4", Urgency.ROUTINE, 9, status=EscalationStatus.WORKLIST),
    "faults.roster": brief("F9", Urgency.URGENT, 50),
    "faults.drill-primary": brief("D4", Urgency.URGENT, 1),
    "faults.test-ana": brief("T4", Urgency.URGENT, 1),
}


def told(now=NOW, schedule=LINE, record=None):
    records = {handoffs.key(record): record} if record else {}
    turn = Turn(schedule.id, TURN.person, TURN.start, TURN.end, TURN.outgoing)
    found = open_now.at_start(schedule, [turn], records, OPEN, PEOPLE, now)
    return [(n.responder, n.notice.value, n.args["open"]) for n in found]


def test_the_incoming_one_hears_of_everything_and_the_outgoing_of_what_they_hold():
    assert told() == [
        ("ben", "open_now", "K7 NOW 40 min; M3 TODAY 3 h"),
        ("ana", "still_holding", "M3 TODAY 3 h"),
    ]


def test_faults_are_for_ops_and_nothing_else_is():
    ops = Schedule(id="ops")
    assert told(schedule=ops)[0] == ("ben", "open_now", "F9 WITHIN THE HOUR 2 d")


def test_whoever_stays_on_is_asked_for_what_they_hold_when_they_go():
    waiting = Handoff(
        schedule="primary", person="ben", start=NOW, outgoing=("ana",), outgoing_until=NOW + DAY
    )
    assert [who for who, _, _ in told(record=waiting)] == ["ben"]

    confirmed = waiting.model_copy(update={"confirmed_at": NOW + 2 * HOUR})
    assert told(NOW + 2 * HOUR, record=confirmed) == [("ana", "still_holding", "M3 TODAY 5 h")]


def test_half_an_hour_later_it_is_no_news():
    assert told(NOW - HOUR / 60) == told(NOW + HOUR / 2) == []


def test_a_long_list_is_cut_and_says_so():
    many = [brief(f"K{n}", Urgency.URGENT, n) for n in range(1, 10)]
    assert open_now.listed(many, NOW).endswith("K4 WITHIN THE HOUR 4 h; 3 more")
    young = [brief("K7", hours=-1 / 3600)]
    assert open_now.listed(young, NOW) == "K7 NOW 0 min", "it opened while this was being told"
    assert open_now.listed(many, NOW).startswith("K9 WITHIN THE HOUR 9 h; K8")

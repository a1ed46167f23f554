"""What a report says of recorded events: the story of a run, what was missed, and which law broke."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import escalations as said
from contracts import pages as paged
from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.people import ContactMethod
from contracts.policies import Policy, Round, Step, Target
from contracts.signals import Signal
from contracts.values import Channel, Disposition, Kind, Sealed, Urgency
from services.demo_week import shown
from services.demo_week.laws import Evidence, Law, judge
from services.demo_week.record import Input, Recorded, Seen
from services.demo_week.report import Report, report
from services.demo_week.script import Fate, week
from services.demo_week.stories import stories

WEEK = week(1, 7)
T0 = datetime(2027, 3, 1, 14, 15, tzinfo=UTC)
SUBJECT = "escalations.pt_demo01"
KIM, LEE = (one for one in WEEK.cast.members if one.person.id in ("clinician_1", "clinician_3"))
POLICY = Policy(
    id="urgent",
    order=1,
    steps=(Step(page=(Target(schedule="primary"),), wait=timedelta(minutes=5)),),
    repeat=(Round(),),
    reach_within=timedelta(minutes=60),
)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def signal(name: str = "s1", urgency: Urgency = Urgency.URGENT) -> Signal:
    return Signal(
        id=name, kind=Kind.SESSION_MISSED, urgency=urgency, patient="pt_demo01",
        occurred_at=T0, received_at=T0, source="attendance",
    )  # fmt: skip


def opened(urgency: Urgency = Urgency.URGENT, policy: Policy = POLICY) -> said.Opened:
    return said.Opened(
        at=T0, run="r1", number=1, code="K7", signal=signal(urgency=urgency), policy=policy, policy_version=1
    )


def method(phone: str) -> ContactMethod:
    return ContactMethod(
        id="m1", channel=Channel.SMS, phone=Sealed(key="k", box=phone), phone_ref="h1-" + "0" * 32
    )


def page(name: str, who: str, minute: float) -> said.PageRequested:
    return said.PageRequested(
        at=at(minute), page=name, responder=who, run="r1", subject=SUBJECT, code="K7", urgency=Urgency.URGENT,
        kind=Kind.SESSION_MISSED, evidence=1, methods=(method("x"),), zone="UTC",
    )  # fmt: skip


def accepted(minute: float) -> paged.AttemptAccepted:
    return paged.AttemptAccepted(at=at(minute), attempt=1, sid="SM1")


def held(minute: float, who: str = "clinician_1", name: str = "p1") -> said.Held:
    return said.Held(
        at=at(minute),
        responder=who,
        page=name,
        urgency=Urgency.URGENT,
        evidence=1,
        contact_by=at(minute + 60),
    )


def reached(minute: float) -> said.Reached:
    return said.Reached(at=at(minute), responder="clinician_1", resolve_by=at(minute + 1440))


def resolved(minute: float, second: str | None = None) -> said.Resolved:
    return said.Resolved(
        at=at(minute), responder="clinician_1", disposition=Disposition.SPOKE, second=second,
        undo_until=at(minute + 5),
    )  # fmt: skip


def recorded(*events: said.EscalationEvent, first_page: float | None = 0.1) -> Recorded:
    """Return a record of one run whose first page, p1, was with the carrier at that minute."""
    found = Recorded()
    found.escalations[SUBJECT] = list(events)
    found.signals["s1"] = signal()
    if first_page is not None:
        found.pages["pages.clinician_1.p1"] = [
            paged.AttemptWaiting(at=T0, attempt=1, channel=Channel.SMS, method="m1"),
            accepted(first_page),
        ]
    found.dues["ESCALATIONS", SUBJECT] = at(2000)
    texts = ((0.5, "1 K7"), (20, "3 K7"), (25, "4 K7 spoke"))
    found.texts = [Seen(at(minute), KIM.phone, words, "SM", True) for minute, words in texts]
    return found


def evidence(found: Recorded, now: float = 120) -> Evidence:
    runs = stories(found.escalations, found.pages)
    return Evidence(WEEK, found, runs, at(now), timedelta(minutes=10))


def told(found: Recorded, now: float = 120) -> Report:
    given = evidence(found, now)
    return report(
        given,
        judge(given),
        seed=1,
        days=7,
        speed=600,
        slow=15,
        slow_share=0.2,
        real_seconds=60,
        complete=True,
    )


def broken(found: Recorded, words: str, logs: tuple[str, ...] = (), now: float = 120) -> tuple[str, ...]:
    """Return what broke the law whose name begins so."""
    laws: tuple[Law, ...] = judge(evidence(found, now), logs)
    return next(law.broken for law in laws if law.name.startswith(words))


GOOD = (opened(), page("p1", "clinician_1", 0), held(1), reached(21), resolved(26))


def test_the_story_of_a_run_says_who_was_paged_took_it_reached_them_and_how_it_ended() -> None:
    row = told(recorded(*GOOD)).runs[0]
    assert (row.code, row.stands, row.disposition) == ("K7", "closed", "spoke")
    assert (row.minutes_to_first_page, row.minutes_to_taken, row.minutes_to_reached) == (0.1, 1.0, 21.0)
    assert [(one.responder, one.outcome, one.channels) for one in row.pages] == [
        ("clinician_1", "took", ("sms",))
    ]
    assert told(recorded(*GOOD)).missed == ()


@pytest.mark.parametrize(
    "first, misses",
    [(4.9, ()), (5.0, ()), (5.1, ("page_late",)), (None, ("never_paged",))],
    ids=["before the wait", "at the wait", "behind it", "never"],
)
def test_a_first_page_is_late_behind_the_first_steps_wait(
    first: float | None, misses: tuple[str, ...]
) -> None:
    found = recorded(opened(), page("p1", "clinician_1", 0), first_page=first)
    assert tuple(one.what for one in told(found, now=30).missed) == misses


def test_contact_behind_its_time_a_round_without_an_answer_and_a_late_end_are_missed() -> None:
    second = said.StepStarted(at=at(6), round=1, step=0, ends_at=at(11))
    late = recorded(opened(), page("p1", "clinician_1", 0), second, held(8), reached(70))
    assert [(one.what, one.minutes_late) for one in told(late).missed] == [
        ("round_unanswered", None),
        ("contact_late", 2.0),
    ]
    assert [one.what for one in told(late, now=70 + 1441).missed][-1] == "close_late"
    nobody = recorded(opened(), page("p1", "clinician_1", 0), second)
    assert [one.what for one in told(nobody).missed] == ["unanswered"]


def test_times_and_counts_are_told_by_urgency_and_kind() -> None:
    made = told(recorded(*GOOD))
    (times,) = made.times
    assert times.taken is not None and (times.taken.count, times.taken.p50, times.taken.longest) == (
        1,
        1.0,
        1.0,
    )
    (count,) = made.counts
    assert (count.runs, count.taken, count.closed, count.withdrawn, count.open) == (1, 1, 1, 0, 0)


def test_the_terminal_shows_each_of_its_parts_and_the_verdict_last() -> None:
    parts = [str(part) for part in shown.parts(told(recorded(*GOOD)))]
    for heading in ("What was missed", "What the site's rules did", "What the speed distorts", "Laws"):
        assert any(heading in part for part in parts)
    assert "LAW DID NOT HOLD" in parts[-1]  # nobody of this record was ever at a session


def test_what_was_acknowledged_and_is_not_in_the_log_breaks_the_first_law() -> None:
    found = recorded(*GOOD)
    found.inputs = [
        Input("w1", "signal", T0, T0, T0, signal="s1"),
        Input("w2", "screen", T0, T0, T0, facts=(("pt_demo01", "d1"),)),
        Input("w3", "text", T0, T0, T0, sid="SM9"),
        Input("w4", "dose", T0, T0, None, answer="503"),
    ]
    assert broken(found, "every acknowledged") == (
        "w2, screen: acknowledged, and not in the log",
        "w3, text: acknowledged, and not in the log",
    )
    assert told(found).refused == ("w4, dose: 503",)
    found.facts["pt_demo01", "d1"] = ("screen_answered", T0)
    found.conversed.add("SM9")
    assert broken(found, "every acknowledged") == ()
    assert broken(found, "every result") == ("pt_demo01: a result was not scored",)


def test_a_bundle_is_known_by_whose_it_is_and_when_it_was_filled_in() -> None:
    found = recorded(*GOOD)
    found.inputs = [Input("w1", "screen (FHIR)", T0, T0, T0, patient="pt_demo01")]
    assert len(broken(found, "every acknowledged")) == 1
    found.facts["pt_demo01", "d1"] = ("screen_answered", T0)
    assert broken(found, "every acknowledged") == ()


def test_a_signal_that_is_nowhere_breaks_a_law_and_one_that_joined_or_was_skipped_does_not() -> None:
    joined, skipped = signal("s2"), said.SignalSkipped(at=T0, signal="s3")
    found = recorded(*GOOD, said.SignalJoined(at=T0, signal=joined), skipped)
    found.signals |= {"s2": joined, "s3": signal("s3")}
    assert broken(found, "every signal") == ()
    found.signals["s4"] = signal("s4")
    assert broken(found, "every signal") == ("signal s4 is in none",)


def test_open_and_never_due_or_overdue_breaks_a_law() -> None:
    found = recorded(*GOOD[:3])
    assert broken(found, "every open") == broken(found, "nothing is overdue") == ()
    found.dues["ESCALATIONS", SUBJECT] = at(111)
    assert broken(found, "nothing is overdue") == ()
    found.dues["ESCALATIONS", SUBJECT] = at(109)
    assert broken(found, "nothing is overdue") == (f"{SUBJECT}: due 11 min ago",)
    found.dues["ESCALATIONS", SUBJECT] = None
    assert broken(found, "every open") == ("K7 is open, and due never",)


def test_whoever_holds_it_must_have_answered_before() -> None:
    found = recorded(*GOOD)
    assert broken(found, "only a person's answer") == ()
    found.texts = [Seen(at(0.5), LEE.phone, "1 K7", "SM", True), Seen(at(0.5), KIM.phone, "ok", "SM", True)]
    assert broken(found, "only a person's answer") == ("K7: clinician_1 holds it and never answered",)


def test_only_a_disposition_closes_and_for_now_two_people() -> None:
    found = recorded(*GOOD)
    found.texts = [one for one in found.texts if not one.words.startswith("4")]
    assert broken(found, "only a person closes") == ("K7: closed, and clinician_1 gave no disposition",)
    strict = POLICY.model_copy(update={"second_signature": True})
    alone = recorded(opened(Urgency.IMMINENT, strict), *GOOD[1:])
    assert broken(alone, "only a person closes") == ("K7: closed without a second person",)
    both = recorded(opened(Urgency.IMMINENT, strict), *GOOD[1:-1], resolved(26, "supervisor_1"))
    assert broken(both, "only a person closes") == ()


def test_what_ends_by_itself_is_soon_or_routine_and_held_by_nobody() -> None:
    ends = said.Withdrawn(at=at(9), what="late_check_in")
    assert broken(recorded(opened(Urgency.SOON), ends), "only a person closes") == ()
    for events in ((opened(), ends), (opened(Urgency.SOON), held(1), ends)):
        assert len(broken(recorded(*events), "only a person closes")) == 1
    assert told(recorded(opened(Urgency.SOON), ends)).rules.withdrawn == {"late_check_in": 1}


def test_a_run_that_pages_nobody_breaks_a_law() -> None:
    assert broken(recorded(opened(), first_page=None), "every run that pages") == ("K7: nobody was paged",)
    assert broken(recorded(*GOOD), "every run that pages") == ()


def test_names_phones_and_words_of_patients_break_a_law_wherever_they_stand() -> None:
    patient = WEEK.cast.patients[0].draft
    first, phone = patient.name.split()[0], patient.phone or ""
    clean = recorded(*GOOD)
    clean.texts.append(Seen(T0, KIM.phone, "VIGIL K7 NOW 02:11, screen. Contact by 02:26.", "SM"))
    clean.texts.append(Seen(T0, phone, f"{first}, this is Kim", "SM"))
    assert broken(clean, "nothing identifying", ("ready", "attempt_sent page p1")) == ()
    for words in (f"K7: I am {first}", f"call {phone}", "VIGIL K7 alcohol"):
        found = recorded(*GOOD)
        found.texts.append(Seen(T0, KIM.phone, words, "SM7"))
        assert broken(found, "nothing identifying") == ("a text to staff, SM7",)
    assert broken(clean, "nothing identifying", (f'{{"event": "{first}"}}',)) == ("a log line",)
    clean.subjects.add(f"escalations.{phone.lstrip('+')}")
    assert broken(clean, "nothing identifying") == ("a subject",)


def test_whoever_missed_without_a_signal_or_came_and_counts_as_missing_breaks_a_law() -> None:
    ids = {one.outside: one.draft.id for one in WEEK.cast.patients}
    now = (WEEK.end - T0).total_seconds() / 60
    found = recorded(*GOOD)
    stands = {
        Fate.MISSED: AttendanceStatus.MISSED,
        Fate.EXCUSED: AttendanceStatus.EXCUSED,
        Fate.LATE: AttendanceStatus.LATE,
    }
    for (session, outside), fate in WEEK.fates.items():
        brief = AttendanceBrief(status=stands.get(fate, AttendanceStatus.CHECKED_IN))
        found.attendances[session, ids[outside]] = brief
        if fate is Fate.MISSED:
            name = f"attendance/{session}/{ids[outside]}/1"
            found.signals[name] = signal(name)
    assert broken(found, "everybody who did not come", now=now) == ()
    missed = next(key for key, fate in WEEK.fates.items() if fate is Fate.MISSED)
    came = next(key for key, fate in WEEK.fates.items() if fate is Fate.CAME)
    del found.signals[f"attendance/{missed[0]}/{ids[missed[1]]}/1"]
    found.attendances[came[0], ids[came[1]]] = AttendanceBrief(status=AttendanceStatus.MISSED)
    assert set(broken(found, "everybody who did not come", now=now)) == {
        f"{missed[0]}, {ids[missed[1]]}: missed, and no signal",
        f"{came[0]}, {ids[came[1]]}: came, but counted as missed",
    }


def test_what_is_parked_or_told_to_ops_breaks_a_law() -> None:
    found = recorded(*GOOD)
    assert broken(found, "nothing was parked") == broken(found, "the watchdog") == ()
    found.parked.add("parked.SIGNALS.7")
    found.texts.append(Seen(T0, KIM.phone, "VIGIL OPS: escalation is overdue", "SM"))
    assert broken(found, "nothing was parked") == ("parked: parked.SIGNALS.7",)
    assert len(broken(found, "the watchdog")) == 1

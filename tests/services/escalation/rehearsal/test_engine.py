"""The engine moves time on and brings reactions; what happens is decided by the rules alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from contracts.escalations import (
    EscalationEvent,
    EscalationStatus,
    GivenBack,
    Held,
    PageRequested,
    ResponderTold,
    Telling,
    UrgencyRaised,
)
from contracts.values import Disposition, Urgency
from services.escalation.core.evolve import evolve
from services.escalation.core.inputs import FaultsTold, Heard, PatientLinked
from services.escalation.core.state import Run
from services.escalation.rehearsal import reactions
from services.escalation.rehearsal.behaviours import AnswersAfter, NobodyAnswers
from services.escalation.rehearsal.engine import rehearse
from services.escalation.rehearsal.lines import Lines, Texts
from services.escalation.rehearsal.outcome import Rehearsal
from services.escalation.rehearsal.reactions import Reaction, What
from tests.services.escalation.rehearsal.programme import (
    always,
    play,
    shifts,
    signal,
    timetable,
    wall,
    world,
)

AT = wall("2026-11-24 03:10")


class Does:
    """These people do these things so many minutes after their first page."""

    def __init__(self, **does: list[tuple[float, What]]) -> None:
        self._left = dict(does)

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        theirs = self._left.pop(page.responder, [])
        return [Reaction(timedelta(minutes=after), what) for after, what in theirs]


def signs(message: ResponderTold, now: datetime) -> Sequence[Reaction]:
    if message.telling is not Telling.SIGN_PLEASE:
        return ()
    return (Reaction(timedelta(minutes=1), reactions.Sign()),)


def does(minutes: float = 60, **people: list[tuple[float, What]]) -> Rehearsal:
    given = world()
    return rehearse([signal(AT)], lambda _: given, Does(**people), timedelta(minutes=minutes), listen=signs)


def test_a_whole_escalation_from_the_signal_to_the_second_signature() -> None:
    spoke = reactions.Dispose(Disposition.SPOKE)

    rehearsal = does(ana=[(2, reactions.Take()), (4, reactions.Reached()), (6, spoke)])

    assert timetable(rehearsal) == ["03:10 ana"]
    assert rehearsal.held_at == AT + timedelta(minutes=2)
    assert rehearsal.reached_at == AT + timedelta(minutes=4)
    assert rehearsal.closed_at == AT + timedelta(minutes=7)
    assert rehearsal.run.status is EscalationStatus.CLOSED
    assert rehearsal.due_at is None


def test_what_is_closed_and_taken_back_is_open() -> None:
    spoke = reactions.Dispose(Disposition.SPOKE)

    rehearsal = does(20, ana=[(1, reactions.Take()), (2, spoke), (4, reactions.Undo())])

    assert rehearsal.closed_at is None
    assert rehearsal.run.open


def test_a_holder_who_does_nothing_is_asked_and_the_next_are_paged() -> None:
    rehearsal = does(8, ana=[(1, reactions.Take())])

    assert timetable(rehearsal) == ["03:10 ana", "03:16 ben"]


def test_giving_it_back_pages_the_next() -> None:
    rehearsal = does(3, ana=[(1, reactions.Take()), (2, reactions.Pass())])

    assert any(isinstance(event, GivenBack) for event in rehearsal.log)
    assert timetable(rehearsal) == ["03:10 ana", "03:12 ben"]


def test_an_answer_is_about_the_newest_page_to_that_person() -> None:
    """At 03:25 Ana is paged again; what she then takes is that page."""
    rehearsal = does(20, ana=[(16, reactions.Take())])

    held = next(event for event in rehearsal.log if isinstance(event, Held))
    newest = [page for page in rehearsal.pages if page.responder == "ana"][-1]
    assert (held.page, newest.ended) == (newest.request.page, "taken")


def test_a_failure_of_a_page_that_is_over_changes_nothing() -> None:
    taken = does(4, ana=[(1, reactions.Take()), (2, reactions.Exhausted(("30003",)))])

    assert timetable(taken) == ["03:10 ana"]


def test_an_answer_covers_only_what_that_person_was_told() -> None:
    """The second signal comes after Ana's page; the disposition she then gives is kept as a note."""
    given = world()
    later = signal(AT + timedelta(minutes=3), number=2).model_copy(update={"not_to": ("ana",)})
    behave = Does(ana=[(1, reactions.Take()), (4, reactions.Dispose(Disposition.SPOKE))])

    rehearsal = rehearse([signal(AT), later], lambda _: given, behave, timedelta(minutes=6))

    assert rehearsal.run.evidence == 2
    assert rehearsal.run.open


def test_a_more_urgent_signal_starts_again_at_step_one() -> None:
    given = world()
    signals = [signal(AT, Urgency.URGENT), signal(AT + timedelta(minutes=12), number=2)]

    rehearsal = rehearse(signals, lambda _: given, NobodyAnswers(), timedelta(minutes=16))

    assert timetable(rehearsal) == ["03:10 ana", "03:20 ben", "03:22 ana", "03:25 ben"]
    assert [policy.id for policy in rehearsal.policies] == ["urgent", "imminent"]
    assert any(isinstance(event, UrgencyRaised) for event in rehearsal.log)


def test_an_answer_in_the_moment_of_a_deadline_is_heard_first() -> None:
    rehearsal = does(4, ana=[(3, reactions.Take())])

    assert timetable(rehearsal) == ["03:10 ana"]


def test_other_inputs_are_heard_at_their_moment() -> None:
    given = world()
    linked: list[tuple[datetime, Heard]] = [(AT + timedelta(minutes=1), PatientLinked("p2"))]

    rehearsal = rehearse([signal(AT)], lambda _: given, NobodyAnswers(), timedelta(hours=1), heard=linked)

    assert rehearsal.closed_at == AT + timedelta(minutes=1)
    assert timetable(rehearsal) == ["03:10 ana"]


def test_the_world_is_asked_for_at_each_moment() -> None:
    before, after = world(), world(always("backup", "olga"))

    rehearsal = rehearse(
        [signal(AT)],
        lambda at: before if at < AT + timedelta(minutes=2) else after,
        NobodyAnswers(),
        timedelta(minutes=4),
    )

    assert timetable(rehearsal) == ["03:10 ana", "03:13 olga"]


def test_a_rehearsal_can_go_on_from_an_earlier_one() -> None:
    given = world()
    first = rehearse([signal(AT)], lambda _: given, NobodyAnswers(), timedelta(minutes=4))
    again = signal(AT + timedelta(minutes=5), number=2)

    second = rehearse([again], lambda _: given, NobodyAnswers(), timedelta(minutes=2), start=first.run)

    assert timetable(second) == ["03:16 cal"]


def test_the_same_rehearsal_gives_the_same_events() -> None:
    spoke = reactions.Dispose(Disposition.SPOKE)

    def one() -> Rehearsal:
        return does(ana=[(2, reactions.Pass())], ben=[(1, reactions.Take()), (5, spoke)])

    assert one().log == one().log


def test_the_events_fold_to_the_state() -> None:
    rehearsal = play("2026-11-24 03:10", "sms-down", world(shifts("primary")), minutes=90)

    assert _fold(rehearsal.log) == rehearsal.run
    assert not rehearsal.run.untold


def test_who_gets_no_text_answers_the_call() -> None:
    given = world()
    down = Lines(Texts.REFUSED)
    behave = AnswersAfter({"ana": timedelta(seconds=30)}, down)

    rehearsal = rehearse(
        [signal(AT, Urgency.URGENT)], lambda _: given, behave, timedelta(minutes=2), phones=down
    )

    assert rehearsal.held_at == AT + timedelta(seconds=30)
    assert [contact.arrives for contact in rehearsal.pages[0].contacts] == [False, True]
    assert rehearsal.pages[0].contacted_at == AT


def test_nothing_to_hear_is_no_rehearsal() -> None:
    given = world()
    with pytest.raises(ValueError, match="needs a signal"):
        rehearse([], lambda _: given, NobodyAnswers(), timedelta(hours=1))
    with pytest.raises(ValueError, match="subject must be named"):
        rehearse([], lambda _: given, NobodyAnswers(), AT, heard=[(AT, FaultsTold(()))])


@pytest.mark.parametrize(
    "what",
    [
        reactions.Call(),
        reactions.Act(),
        reactions.Help(),
        reactions.Give("cal"),
        reactions.Snooze(30),
        reactions.Confirm(),
        reactions.Sign(),
        reactions.Reached(),
    ],
)
def test_everything_people_can_do_is_heard(what: What) -> None:
    rehearsal = does(3, ana=[(1, reactions.Take()), (2, what)])

    assert rehearsal.holder == "ana"
    assert any(event.at == AT + timedelta(minutes=2) for event in rehearsal.log)


def _fold(log: Sequence[EscalationEvent]) -> Run:
    run = Run.empty("escalations.p1")
    for event in log:
        run = evolve(run, event)
    return run

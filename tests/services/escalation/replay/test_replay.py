"""What other policies would have done: at which minute whom, and what is only an estimate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.escalations import PageRequested
from contracts.values import Urgency
from services.escalation.rehearsal.behaviours import AnswersAfter
from services.escalation.rehearsal.reactions import Pass, Reached, Reaction, Take
from services.escalation.replay import comparing
from services.escalation.replay.comparing import Pair
from services.escalation.replay.recorded import RecordedRun
from services.escalation.replay.replaying import Change
from tests.services.escalation.replay.conftest import (
    START,
    Record,
    known,
    on_call,
    policies,
    policy,
    signal,
)

SHIFTS = on_call(primary="ana", backup="ben", supervisor="cal")


@dataclass(frozen=True)
class Does:
    """Each does this, so many seconds after every page of theirs."""

    what: dict[str, tuple[Reaction, ...]]

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        return self.what.get(page.responder, ())


def takes(seconds: int, reached: int | None = None) -> tuple[Reaction, ...]:
    taken = (Reaction(timedelta(seconds=seconds), Take()),)
    return taken if reached is None else (*taken, Reaction(timedelta(seconds=reached), Reached()))


def passes(seconds: int) -> tuple[Reaction, ...]:
    return (Reaction(timedelta(seconds=seconds), Pass()),)


def pages(pair: Pair) -> list[str]:
    return [f"+{(page.at - START).total_seconds() / 60:g} {page.responder}" for page in pair.after.pages]


def replay(run: RecordedRun, change: Change, shifts: dict = SHIFTS) -> Pair:
    prepared = comparing.prepare([run], known(shifts, run))
    return comparing.pairs([run], prepared, change, seed=1)[0]


def test_a_shorter_wait_pages_the_second_person_sooner_and_they_answer_as_fast_as_they_did(
    record: Record,
) -> None:
    """Ana slept. Ben was paged at minute 5 and took it within 2: at minute 2 he would have by 4."""
    run = record(Does({"ben": takes(120, reached=300)}), policies(policy(5, 5, 5)), SHIFTS)

    pair = replay(run, Change(policies(policy(2, 5, 5))))

    assert pages(pair) == ["+0 ana", "+2 ben"]
    assert (pair.before.acknowledged, pair.after.acknowledged) == (timedelta(minutes=7), timedelta(minutes=4))
    assert (pair.before.reached, pair.after.reached) == (timedelta(minutes=10), timedelta(minutes=7))
    assert pair.differences == ("taken 7:00 -> 4:00", "reached 10:00 -> 7:00")


def test_whoever_took_it_late_still_takes_it_late_and_the_next_are_paged_beside_them(record: Record) -> None:
    """Ana took it after four minutes. With a wait of three, Ben is paged as well; he had never been."""
    run = record(Does({"ana": takes(240)}), policies(policy(5, 5, 5)), SHIFTS)

    pair = replay(run, Change(policies(policy(3, 5, 5))))

    assert pages(pair) == ["+0 ana", "+3 ben"]
    assert pair.after.holder == "ana"
    assert pair.estimates == 1, "how fast Ben would have answered is an estimate"


def test_a_person_who_was_never_paged_answers_at_the_pace_they_have_elsewhere(record: Record) -> None:
    """Cal always takes it after 30 s where he is paged, so he does here as well, and it is counted."""
    quick = [
        record(Does({"cal": takes(30)}), policies(policy(1, 1, 5)), SHIFTS, [signal(id=f"q{n}")])
        for n in range(6)
    ]
    run = record(Does({"ana": takes(600)}), policies(policy(30, 5, 5)), SHIFTS)
    prepared = comparing.prepare([*quick, run], known(SHIFTS, *quick, run))

    pair = comparing.pairs([run], prepared, Change(policies(policy(1, 1, 5))), seed=1)[0]

    assert pair.after.holder == "cal"
    assert pair.after.acknowledged == timedelta(minutes=2, seconds=30)
    assert pair.estimates == 2


def test_another_roster_pages_other_people(record: Record) -> None:
    run = record(Does({"ben": takes(60)}), policies(policy(5, 5, 5)), SHIFTS)

    pair = replay(run, Change(shifts=on_call(primary="ben", backup="ana", supervisor="cal")))

    assert pages(pair) == ["+0 ben"]
    assert pair.after.acknowledged == timedelta(minutes=1)


def test_unchanged_everything_is_as_recorded_whatever_the_roster_says_today(record: Record) -> None:
    """Ana passed, Ben lost his phone since, and Cal has his shift today: the record is believed."""
    run = record(Does({"ana": passes(40), "ben": takes(200, reached=400)}), policies(policy(5, 5, 5)), SHIFTS)

    pair = replay(run, Change(), on_call(primary="dee", backup="cal", supervisor="cal"))

    assert pair.same
    assert pair.after.pages == pair.before.pages
    assert pair.after.reached == pair.before.reached
    assert pair.differences == ()


def test_the_same_policy_read_from_files_counts_as_unchanged(record: Record) -> None:
    run = record(Does({"ben": takes(200)}), policies(policy(5, 5, 5)), SHIFTS)

    pair = replay(run, Change(policies(policy(5, 5, 5))))

    assert pair.same
    assert pair.after.pages == pair.before.pages


def test_a_signal_that_made_it_imminent_does_so_again(record: Record) -> None:
    loud = policy(
        3,
        3,
        3,
        id="imminent",
        applies=policy(1).applies.model_copy(update={"urgencies": (Urgency.IMMINENT,)}),
    )
    both = [signal(), signal(20, urgency=Urgency.IMMINENT, id="s2")]
    run = record(Does({"ana": takes(60)}), policies(policy(5, 5), loud), SHIFTS, both)
    assert run.policies == (policy(5, 5), loud)

    pair = replay(run, Change())

    assert pair.after.pages == pair.before.pages
    assert pair.after.policies == ("urgent", "imminent")


def test_the_seed_decides_the_estimates_and_nothing_else_does(record: Record) -> None:
    run = record(AnswersAfter({"ana": timedelta(seconds=600)}), policies(policy(30, 5, 5)), SHIFTS)
    tried = Change(policies(policy(1, 1, 5)))

    assert replay(run, tried) == replay(run, tried)

"""The log, cut into runs."""

from datetime import timedelta

from contracts.escalations import Opened
from services.escalation.rehearsal.behaviours import NobodyAnswers
from services.escalation.replay import recorded
from services.escalation.replay.recorded import RecordedRun
from tests.services.escalation.replay.conftest import START, Record, on_call, policies, policy

SHIFTS = on_call(primary="ana", backup="ben")


def opened(of: RecordedRun, **changes: object) -> Opened:
    return of.opened.model_copy(update=changes)


def test_a_subject_is_cut_at_every_opening_and_only_runs_of_the_range_count(record: Record) -> None:
    run = record(NobodyAnswers(), policies(policy(5, 5)), SHIFTS, hours=1)
    later = opened(run, at=START + timedelta(days=2), run="pt_1-2", number=2)
    commits = [("escalations.pt_1", run.events), ("escalations.pt_1", (later,))]

    def found(days: int) -> list[str]:
        return [one.run for one in recorded.runs(commits, START, START + timedelta(days=days))]

    assert found(3) == ["pt_1-1", "pt_1-2"]
    assert found(1) == ["pt_1-1"]


def test_faults_test_pages_and_drills_are_not_replayed(record: Record) -> None:
    run = record(NobodyAnswers(), policies(policy(5, 5)), SHIFTS, hours=1)
    drill = opened(run, policy=policy(5, id="drill"))
    commits = [("faults.roster", run.events), ("escalations.pt_2", (drill,))]

    assert recorded.runs(commits, START, START + timedelta(days=1)) == ()


def test_what_stands_before_the_first_opening_belongs_to_nothing(record: Record) -> None:
    run = record(NobodyAnswers(), policies(policy(5, 5)), SHIFTS, hours=1)

    assert recorded.runs([("escalations.pt_1", run.events[1:])], START, START + timedelta(days=1)) == ()

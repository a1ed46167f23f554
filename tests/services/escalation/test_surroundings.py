"""What a copy knows of who is occupied, from the briefs of commits."""

from typing import Any

from nats.aio.client import Client

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Kind, Urgency
from services.escalation.world import Surroundings
from tests.services.escalation.board import DAY


def brief(status: EscalationStatus = EscalationStatus.PAGING, **more: Any) -> EscalationBrief:
    given: dict[str, Any] = {
        "run": "p1-1",
        "code": "K7",
        "status": status,
        "urgency": Urgency.SOON,
        "kind": Kind.PATIENT_ALERT,
        "opened_at": DAY,
        "policy": "soon",
    }
    return EscalationBrief(**(given | more))


def surroundings() -> Surroundings:
    return Surroundings(Client())


def test_whoever_holds_a_real_run_or_has_a_page_of_it_out_is_engaged_until_it_closes() -> None:
    known = surroundings()
    known.note("escalations.p1", brief(paged=("kim", "lee")))
    assert known.is_engaged("kim") and known.is_engaged("lee")

    known.note("escalations.p1", brief(EscalationStatus.HELD, holder="kim"))
    assert known.is_engaged("kim") and not known.is_engaged("lee")

    known.note("escalations.p1", brief(EscalationStatus.CLOSED, holder="kim"))
    assert not known.is_engaged("kim")


def test_a_real_fault_engages_and_a_drill_or_a_test_page_does_not() -> None:
    known = surroundings()
    known.note("faults.roster", brief(paged=("ops",)))
    known.note("faults.drill-first", brief(paged=("kim",), policy="drill"))
    known.note("faults.test-lee", brief(paged=("lee",), policy="test"))
    assert known.is_engaged("ops") and not known.is_engaged("kim") and not known.is_engaged("lee")
    assert known.drills_of("kim") == ("faults.drill-first",)

    known.note("faults.drill-first", brief(EscalationStatus.CLOSED, paged=(), policy="drill"))
    assert known.drills_of("kim") == ()


def test_a_policy_of_ops_named_drill_makes_nothing_a_drill() -> None:
    known = surroundings()
    known.note("escalations.p1", brief(paged=("kim",), policy="drill"))
    assert known.is_engaged("kim") and known.drills_of("kim") == ()


def test_a_brief_of_an_older_version_says_nothing_of_pages() -> None:
    old = brief().model_dump(mode="json", exclude={"paged"})
    assert EscalationBrief.model_validate(old).paged == ()

"""What is told of an escalation, commit by commit, and how it reads as FHIR R4."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.deliveries import Recipient, Resource, RunTold, ScreenTold
from contracts.escalations import (
    EscalationBrief,
    EscalationEvent,
    EscalationStatus,
    HandOffStarted,
    Held,
    Merged,
    Opened,
    Reached,
    Resolved,
    SignalJoined,
    StepStarted,
    Undone,
    UrgencyRaised,
    Withdrawn,
)
from contracts.facts import Standing
from contracts.policies import Policy
from contracts.screens import ScreenFinding, ScreenResult
from contracts.signals import Signal
from contracts.triages import Assessed, Retracted
from contracts.values import Disposition, Kind, Sealed, Urgency
from services.gateway.core.outgoing import happenings, resources
from services.gateway.core.outgoing.happenings import Saying
from services.gateway.core.outgoing.resources import Cover, Identity

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
S = EscalationStatus
COUNTY = Recipient(
    id="county", name="County <1>", base_url="https://fhir.example.org", ground="consent", by="ops", at=NOW
)
POLICY = Policy(
    id="imminent",
    title="t",
    order=1,
    applies={"kinds": ["patient_alert"]},
    zone="UTC",
    steps=({"page": [{"schedule": "primary"}], "wait": 180},),
    reach_within=timedelta(minutes=15),
    resolve_within=timedelta(hours=4),
)


def signal(kind: Kind = Kind.PATIENT_ALERT, *tags: str) -> Signal:
    return Signal(
        id="ehr/1",
        kind=kind,
        urgency=Urgency.URGENT,
        patient="pt_a",
        occurred_at=NOW,
        received_at=NOW,
        source="ehr",
        tags=tags,
    )


def opened(kind: Kind = Kind.PATIENT_ALERT, *tags: str) -> Opened:
    return Opened(
        at=NOW, run="pt_a-1", number=1, code="K7", signal=signal(kind, *tags), policy=POLICY, policy_version=1
    )


def said(
    *events: EscalationEvent,
    status: EscalationStatus,
    urgency: Urgency = Urgency.URGENT,
    kind: Kind = Kind.PATIENT_ALERT,
    **more: object,
) -> tuple[Saying, ...]:
    brief = EscalationBrief.model_validate(
        {
            "run": "pt_a-1",
            "code": "K7",
            "status": status,
            "urgency": urgency,
            "kind": kind,
            "opened_at": NOW,
            "policy": "imminent",
            "contact_by": NOW + timedelta(minutes=15),
            **more,
        }
    )
    return happenings.of_run(events, brief, "supervisor", NOW + timedelta(minutes=3), 17, NOW)


def fhir(saying: Saying, *, labelled: bool = False, who: Identity | None = None) -> dict[str, Any]:
    cover = Cover(COUNTY, "consent", "cabinet 3", "escalations", labelled, "Part 2 notice.")
    assert isinstance(saying.content, RunTold)
    identifier = happenings.delivery_id("county", saying.resource, saying.key)
    made = resources.of_run(saying.resource, identifier, saying.content, who or Identity("pt_a"), cover)
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def row(*sayings: Saying) -> tuple[str, ...]:
    """Status of Task and Flag, and what happened."""
    told = [fhir(one) for one in sayings]
    return tuple(
        one["status"] if i < 2 else one["category"][0]["coding"][0]["code"] for i, one in enumerate(told)
    )


HELD = Held(at=NOW, responder="ana", page="p1", urgency=Urgency.URGENT, evidence=1, contact_by=NOW)
RESOLVED = Resolved(at=NOW, responder="ana", disposition=Disposition.SPOKE, undo_until=NOW)


def test_task_flag_and_communications_follow_the_escalation() -> None:
    reached = Reached(at=NOW, responder="ana", resolve_by=NOW)
    handed = HandOffStarted(at=NOW, responder="ana", disposition=Disposition.WELFARE_CHECK, confirm_by=NOW)
    timetable = [
        (said(opened(), status=S.PAGING), ("requested", "active", "opened")),
        (said(opened(), status=S.WORKLIST), ("requested", "active", "opened")),
        (said(HELD, status=S.HELD, holder="ana"), ("accepted", "active", "taken")),
        (said(reached, status=S.REACHED, holder="ana"), ("in-progress", "active", "reached")),
        (said(handed, status=S.HANDED_OFF, holder="ana"), ("in-progress", "active", "handed_off")),
        (said(reached, RESOLVED, status=S.CLOSED), ("completed", "inactive", "reached", "resolved")),
        (
            said(Undone(at=NOW, responder="ana", what="resolved"), status=S.REACHED),
            ("in-progress", "active", "reopened"),
        ),
        (said(Withdrawn(at=NOW, what="excused"), status=S.CLOSED), ("cancelled", "inactive", "withdrawn")),
        (said(Merged(at=NOW, into="pt_b"), status=S.CLOSED), ("cancelled", "inactive", "withdrawn")),
    ]
    for sayings, expected in timetable:
        assert row(*sayings) == expected

    done = fhir(said(RESOLVED, status=S.CLOSED)[0])
    assert done["output"][0]["valueCodeableConcept"]["coding"][0]["code"] == "spoke"
    assert "restriction" not in done and "owner" not in done


def test_priority_owner_and_due_of_the_task() -> None:
    words = {u: fhir(said(HELD, status=S.HELD, urgency=u, holder="ana")[0])["priority"] for u in Urgency}
    assert [words[u] for u in Urgency] == ["routine", "urgent", "asap", "stat"]

    task = fhir(said(HELD, status=S.HELD, holder="ana")[0])
    assert task["restriction"]["period"]["end"] == "2026-11-24T08:25:00Z"
    assert task["owner"]["display"] == "supervisor" and "ana" not in json.dumps(task)
    early = fhir(said(opened(), status=S.PAGING, contact_by=None)[0])
    assert early["restriction"]["period"]["end"] == "2026-11-24T08:13:00Z"


def test_a_flag_begins_with_an_urgent_escalation_alone() -> None:
    begins = {u: said(opened(), status=S.PAGING, urgency=u)[1].begins for u in Urgency}
    assert [begins[u] for u in Urgency] == [False, False, True, True]
    assert not said(RESOLVED, status=S.CLOSED)[1].begins


def test_steps_pages_and_messages_stay_inside() -> None:
    step = StepStarted(at=NOW, round=0, step=0, ends_at=NOW)
    assert step.type not in happenings.TELLING
    assert len(said(step, opened(), status=S.PAGING)) == 3


def test_the_reason_that_tells_of_substance_use_is_known_as_such() -> None:
    plain = said(opened(), status=S.PAGING)
    drug = said(opened(Kind.SCREEN_POSITIVE, "dast-10"), status=S.PAGING, kind=Kind.SCREEN_POSITIVE)
    rises = UrgencyRaised(at=NOW, urgency=Urgency.IMMINENT, policy=POLICY, policy_version=1)
    joined = said(SignalJoined(at=NOW, signal=signal(Kind.WITHDRAWAL)), rises, status=S.HELD, holder="ana")
    assert not any(one.content.substance for one in plain)
    assert all(one.content.substance for one in (*drug, *joined))
    assert [one["category"][0]["text"] for one in map(fhir, joined[2:])] == ["joined", "raised"]


def test_labels_and_the_notice_go_with_a_part_2_record_and_with_no_other() -> None:
    task = said(opened(), status=S.PAGING)[0]
    marked, plain = fhir(task, labelled=True), fhir(task)
    assert [one["code"] for one in marked["meta"]["security"]] == ["R", "ETH", "42CFRPart2"]
    assert "Part 2 notice. escalations" in marked["text"]["div"]
    assert "meta" not in plain and "text" not in plain and "42CFR" not in json.dumps(plain)


def test_a_name_goes_only_where_it_may_and_then_in_a_contained_patient() -> None:
    task = said(opened(), status=S.PAGING)[0]
    assert fhir(task)["for"] == {
        "type": "Patient",
        "identifier": {"system": "urn:vigil:patient", "value": "pt_a"},
    }
    named = fhir(task, who=Identity("pt_a", "Rivera", "+12025550121"))
    assert named["for"]["reference"] == "#patient"
    assert named["contained"][0]["name"] == [{"text": "Rivera"}]


def test_ids_are_fhir_ids_the_same_each_time_and_others_for_each_recipient() -> None:
    one = happenings.delivery_id("county", Resource.RISK_ASSESSMENT, "ehr\0doc")
    assert one == happenings.delivery_id("county", Resource.RISK_ASSESSMENT, "ehr\0doc")
    assert one != happenings.delivery_id("clinic", Resource.RISK_ASSESSMENT, "ehr\0doc")
    assert len(one) <= 64 and one.replace("-", "").isalnum()


def assessed(**more: object) -> Assessed:
    return Assessed.model_validate(
        {
            "at": NOW,
            "source": "ehr",
            "document": "d1",
            "version": "1",
            "instrument": "dast-10",
            "occurred_at": NOW,
            "standing": Standing.FINAL,
            "evidence": 3,
            "result": Sealed(key="k1", box="eA=="),
            "kind": Kind.SCREEN_POSITIVE,
            "urgency": Urgency.SOON,
            **more,
        }
    )


def test_a_score_is_told_where_it_is_a_reason_to_act_and_a_correction_to_who_heard_it() -> None:
    gone = Retracted(at=NOW, source="ehr", document="d1", version="2", instrument="dast-10", occurred_at=NOW)
    first, quiet, back = happenings.of_results(
        (assessed(), assessed(urgency=None, standing=Standing.AMENDED), gone), 9
    )
    assert (first.begins, quiet.begins, back.begins) == (True, False, False)
    assert first.key == quiet.key == back.key
    assert all(one.content.substance for one in (first, quiet, back))

    result = ScreenResult(
        instrument="dast-10",
        version=1,
        score=7,
        band="substantial",
        loinc="82667-7",
        findings=(ScreenFinding(code="dast_10_high", says="words", urgency=Urgency.SOON, items=("1",)),),
    )
    made = risk(first, result)
    assert (made["status"], made["code"]["coding"][0]["code"]) == ("final", "82667-7")
    assert made["prediction"][0]["qualitativeRisk"]["text"] == "substantial, score 7, act: TODAY"
    assert made["prediction"][0]["rationale"] == "dast_10_high"
    assert risk(quiet, result)["status"] == "amended"
    assert risk(back, None)["status"] == "entered-in-error" and "prediction" not in risk(back, None)


def risk(saying: Saying, result: ScreenResult | None) -> dict[str, Any]:
    cover = Cover(COUNTY, "consent", "", "", True, "notice")
    assert isinstance(saying.content, ScreenTold)
    return json.loads(json.dumps(resources.of_screen("r-1", saying.content, result, Identity("pt_a"), cover)))  # type: ignore[no-any-return]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(list(EscalationStatus)),
    st.sampled_from(list(Urgency)),
    st.sampled_from([kind for kind in Kind if kind is not Kind.SYSTEM_FAULT]),
    st.sampled_from([None, "ana"]),
    st.booleans(),
)
def test_every_resource_names_recipient_ground_patient_and_no_responder(
    status: EscalationStatus, urgency: Urgency, kind: Kind, holder: str | None, labelled: bool
) -> None:
    events = (opened(kind), HELD, RESOLVED)
    for saying in said(*events, status=status, urgency=urgency, kind=kind, holder=holder):
        made = fhir(saying, labelled=labelled)
        parts = {part["url"]: part for part in made["extension"][0]["extension"]}
        assert parts["recipient"]["valueReference"]["identifier"]["value"] == "county"
        assert parts["ground"]["valueCode"] == "consent"
        assert made.get("for", made.get("subject"))["identifier"]["value"] == "pt_a"
        assert '"ana"' not in json.dumps(made) and "K7" not in json.dumps(made)
        assert ("security" in made.get("meta", {})) is labelled

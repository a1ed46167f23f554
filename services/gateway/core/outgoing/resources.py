"""What leaves, as FHIR R4: `https://hl7.org/fhir/R4/` task, flag, communication, riskassessment.

References are by identifier, never by address: nothing must exist at the recipient first. A patient is
`urn:vigil:patient` and Vigil's own id; name and phone stand in a contained Patient, only where both the
recipient and the consent say so. Who holds it is a role, never a person. Words of texts are in none.
"""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from contracts.deliveries import Happening, Recipient, Resource, RunTold, ScreenTold
from contracts.escalations import EscalationStatus
from contracts.facts import Standing
from contracts.screens import ScreenResult
from contracts.values import Kind, Urgency

Node = dict[str, object]
BASE = "urn:vigil"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
LOINC = "http://loinc.org"
LABELS: tuple[Node, ...] = (
    {"system": CONFIDENTIALITY, "code": "R", "display": "restricted"},
    {"system": ACT_CODE, "code": "ETH", "display": "substance abuse information sensitivity"},
    {"system": ACT_CODE, "code": "42CFRPart2", "display": "42 CFR Part2"},
)
"""Security labels of records that 42 CFR Part 2 protects (`clinical.md` 5c)."""
_KINDS = {
    Kind.SESSION_MISSED: "session missed",
    Kind.SCREEN_POSITIVE: "screen positive",
    Kind.PATIENT_ALERT: "alert by the patient",
    Kind.SUBSTANCE_POSITIVE: "substance test positive",
    Kind.WITHDRAWAL: "signs of withdrawal",
    Kind.DOSE_MISSED: "dose missed",
    Kind.CONCERN_RAISED: "concern raised by somebody else",
    Kind.OPTED_OUT: "opted out of texts",
}
_HAPPENED = {
    Happening.OPENED: "an escalation was opened",
    Happening.RAISED: "the urgency rose",
    Happening.JOINED: "a further reason came",
    Happening.TAKEN: "a responder took it",
    Happening.GIVEN_BACK: "the responder gave it back; the next is asked",
    Happening.REACHED: "the patient was reached",
    Happening.HANDED_OFF: "others act now; open until contact is confirmed",
    Happening.CONTACT_CONFIRMED: "contact with the patient was confirmed",
    Happening.RESOLVED: "closed by a responder",
    Happening.WITHDRAWN: "withdrawn: nothing is left of its reason, or another escalation goes on",
    Happening.REOPENED: "open again: the last report was taken back",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What of a patient may go along."""

    patient: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """What goes with every resource: for whom, on what ground, and the notice where it is a Part 2 record."""

    recipient: Recipient
    ground: str
    basis: str
    covers: str
    labelled: bool
    notice: str


def of_run(resource: Resource, id: str, told: RunTold, who: Identity, cover: Cover) -> Node:
    """Return Task, Flag or Communication."""
    match resource:
        case Resource.TASK:
            made = _task(told, who)
        case Resource.FLAG:
            made = _flag(told, who)
        case _:
            made = _communication(told, who, cover)
    return _whole(resource, id, made, who, cover)


def of_screen(id: str, told: ScreenTold, result: ScreenResult | None, who: Identity, cover: Cover) -> Node:
    """Return the RiskAssessment; without a result it says that the screen was entered in error."""
    made: Node = {
        "identifier": [_identifier("risk", id)],
        "status": _RISK_STATUS[told.standing],
        "subject": _subject(who),
        "occurrenceDateTime": _when(told.occurred_at),
        "method": _code("instrument", told.instrument, told.instrument),
    }
    if result is not None:
        if result.loinc:
            made["code"] = {"coding": [{"system": LOINC, "code": result.loinc}]}
        words = [result.band] if result.band else []
        words += [f"score {result.score:g}"] if result.score is not None else []
        words += [f"act: {told.urgency.word}"] if told.urgency is not None else []
        made["prediction"] = [
            {
                "qualitativeRisk": {
                    **_code("urgency", told.urgency.value if told.urgency is not None else "none"),
                    "text": ", ".join(words) or "no reason to act by itself",
                },
                # Codes of findings, never answers.
                "rationale": ", ".join(one.code for one in result.findings if one.urgency) or "see the score",
            }
        ]
    return _whole(Resource.RISK_ASSESSMENT, id, made, who, cover)


def _task(told: RunTold, who: Identity) -> Node:
    made: Node = {
        "identifier": [_identifier("run", told.run)],
        "status": _task_status(told),
        "businessStatus": _code("status", told.status.value),
        "intent": "order",
        "priority": PRIORITIES[told.urgency],
        "code": _code("task", "escalation", "Contact the patient, and close with what was done"),
        "for": _subject(who),
        "authoredOn": _when(told.opened_at),
        "lastModified": _when(told.at),
    }
    if told.kind is not None:
        made["reasonCode"] = _code("kind", told.kind.value, _KINDS.get(told.kind, told.kind.value))
    if told.role:
        made["owner"] = {
            "type": "PractitionerRole",
            "identifier": {"system": f"{BASE}:role", "value": told.role},
            "display": told.role,
        }
    if told.due is not None:
        made["restriction"] = {"period": {"end": _when(told.due)}}
    if told.disposition is not None:
        made["output"] = [
            {
                "type": _code("output", "disposition"),
                "valueCodeableConcept": _code("disposition", told.disposition.value),
            }
        ]
    if told.withdrawn:
        made["statusReason"] = {"text": _HAPPENED[Happening.WITHDRAWN]}
    return made


def _flag(told: RunTold, who: Identity) -> Node:
    ended = told.status is EscalationStatus.CLOSED
    made: Node = {
        "identifier": [_identifier("run", told.run)],
        "status": "inactive" if ended else "active",
        "category": [{"coding": [{"system": FLAG_CATEGORY, "code": "safety", "display": "Safety"}]}],
        "code": _code("urgency", told.urgency.value, f"Escalation open, act: {told.urgency.word}"),
        "subject": _subject(who),
        "period": {"start": _when(told.opened_at), **({"end": _when(told.at)} if ended else {})},
    }
    return made


def _communication(told: RunTold, who: Identity, cover: Cover) -> Node:
    happened = told.happened or Happening.OPENED
    said = [_HAPPENED[happened], f"urgency: {told.urgency.word}"]
    said += [f"reason: {_KINDS.get(told.kind, told.kind.value)}"] if told.kind is not None else []
    said += [f"disposition: {told.disposition.value}"] if told.disposition is not None else []
    made: Node = {
        "identifier": [_identifier("happening", f"{told.run}/{_when(told.at)}/{happened.value}")],
        "status": "completed",
        "category": [_code("happening", happened.value)],
        "priority": PRIORITIES[told.urgency],
        "subject": _subject(who),
        "about": [{"type": "Task", "identifier": _identifier("run", told.run)}],
        "recipient": [_recipient(cover)],
        "sender": {"type": "Device", "identifier": {"system": BASE, "value": "vigil"}},
        "sent": _when(told.at),
        "payload": [{"contentString": "; ".join(said)}],
    }
    if told.kind is not None:
        made["reasonCode"] = [_code("kind", told.kind.value, _KINDS.get(told.kind, told.kind.value))]
    return made


def _whole(resource: Resource, id: str, made: Node, who: Identity, cover: Cover) -> Node:
    """Add what every resource carries: id, labels, whom it is for and why it may go, the notice."""
    whole: Node = {"resourceType": resource.value, "id": id}
    if cover.labelled:
        whole["meta"] = {"security": [dict(label) for label in LABELS]}
        said = " ".join(part for part in (cover.notice, cover.covers) if part)
        whole["text"] = {
            "status": "additional",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(said)}</p></div>',
        }
    if who.name or who.phone:
        whole["contained"] = [_contained(who)]
    whole["extension"] = [_disclosure(cover)]
    return whole | made


def _disclosure(cover: Cover) -> Node:
    parts: list[Node] = [
        {"url": "recipient", "valueReference": _recipient(cover)},
        {"url": "ground", "valueCode": cover.ground.replace("_", "-")},
    ]
    if cover.basis:
        parts.append({"url": "basis", "valueString": cover.basis})
    if cover.covers:
        parts.append({"url": "covers", "valueString": cover.covers})
    if cover.labelled:
        parts.append({"url": "notice", "valueString": cover.notice})
    return {"url": f"{BASE}:disclosure", "extension": parts}


def _recipient(cover: Cover) -> Node:
    return {
        "type": "Organization",
        "identifier": {"system": f"{BASE}:recipient", "value": cover.recipient.id},
        "display": cover.recipient.name,
    }


def _contained(who: Identity) -> Node:
    made: Node = {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": [{"system": f"{BASE}:patient", "value": who.patient}],
    }
    if who.name:
        made["name"] = [{"text": who.name}]
    if who.phone:
        made["telecom"] = [{"system": "phone", "value": who.phone}]
    return made


def _subject(who: Identity) -> Node:
    identifier: Node = {"system": f"{BASE}:patient", "value": who.patient}
    contained: Node = {"reference": "#patient"} if who.name or who.phone else {}
    return {**contained, "type": "Patient", "identifier": identifier}


def _task_status(told: RunTold) -> str:
    match told.status:
        case EscalationStatus.HELD:
            return "accepted"
        case EscalationStatus.REACHED | EscalationStatus.HANDED_OFF:
            return "in-progress"
        case EscalationStatus.CLOSED:
            return "cancelled" if told.withdrawn else "completed"
        case _:
            return "requested"


PRIORITIES = {
    Urgency.ROUTINE: "routine",
    Urgency.SOON: "urgent",
    Urgency.URGENT: "asap",
    Urgency.IMMINENT: "stat",
}
"""Urgency -> request-priority of FHIR R4 (`clinical.md` 5c; soon lies between routine and asap)."""
_RISK_STATUS = {
    Standing.PRELIMINARY: "preliminary",
    Standing.FINAL: "final",
    Standing.AMENDED: "amended",
    Standing.ENTERED_IN_ERROR: "entered-in-error",
}


def _code(system: str, code: str, text: str = "") -> Node:
    return {
        "coding": [{"system": f"{BASE}:{system}", "code": code}],
        "text": text or code.replace("_", " "),
    }


def _identifier(system: str, value: str) -> Node:
    return {"system": f"{BASE}:{system}", "value": value}


def _when(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

"""What other services would have written: an escalation of one night."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from nats.aio.client import Client

from contracts.escalations import (
    EscalationBrief,
    EscalationStatus,
    Held,
    Opened,
    PageRequested,
    StepStarted,
)
from contracts.golden import example
from contracts.pages import AttemptIntended, PageAcknowledged, PageBrief, PageStatus, Purpose
from contracts.people import CodeTaken
from contracts.policies import Policy
from contracts.signals import Signal
from contracts.values import Kind, Urgency, Value
from tests.support.site import Site

V = TypeVar("V", bound=Value)
AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LIVE = {
    "VIGIL_TWILIO_ACCOUNT_SID": "AC1",
    "VIGIL_TWILIO_AUTH_TOKEN": "token",
    "VIGIL_PUBLIC_URL": "http://vigil.example.org/",
    "VIGIL_STAFF_NUMBER": "+12025550100",
}
"""The settings a real start needs at least."""


def brief(run: str, status: EscalationStatus, **more: object) -> EscalationBrief:
    written = {
        "run": run, "code": "K7", "status": status, "urgency": Urgency.IMMINENT,
        "kind": Kind.PATIENT_ALERT, "opened_at": AT, "policy": "imminent",
    }  # fmt: skip
    return EscalationBrief.model_validate(written | more)


def page_brief(responder: str) -> PageBrief:
    return PageBrief(
        page="page_1", responder=responder, run="pt_night-1", purpose=Purpose.PAGE,
        status=PageStatus.ACKNOWLEDGED, asked_at=AT, answered_at=AT,
    )  # fmt: skip


def made(what: type[V], /, **changes: object) -> V:
    return example(what).model_copy(update=changes)


def append_night(site: Site) -> str:
    """Append an escalation that was paged, and is held; return its subject."""
    subject = "escalations.pt_night"
    opened = made(Opened, code="K7", signal=made(Signal, kind=Kind.PATIENT_ALERT), policy=example(Policy))
    site.append(
        subject,
        (
            opened,
            made(StepStarted, round=0, step=0),
            made(PageRequested, responder="clinician_1", page="page_1"),
        ),
        brief("pt_night-1", EscalationStatus.PAGING),
        AT,
    )
    held = made(Held, responder="clinician_1", at=AT + timedelta(seconds=40))
    held_brief = brief("pt_night-1", EscalationStatus.HELD, holder="clinician_1")
    site.append(subject, (held,), held_brief, datetime.now(UTC) + timedelta(minutes=12))
    acknowledged = made(PageAcknowledged, at=AT + timedelta(seconds=39))
    intended = made(AttemptIntended, text="VIGIL K7 NOW 03:10, text.")
    site.append("pages.clinician_1.page_1", (intended, acknowledged), page_brief("clinician_1"))
    closed = brief("pt_day-1", EscalationStatus.CLOSED, code="M4")
    site.append("escalations.pt_day", (opened,), closed)

    async def take_code(nc: Client) -> None:
        bucket = await nc.jetstream().key_value("codes")
        taken = CodeTaken(code="K7", subject=subject, run="pt_night-1", taken_at=AT)
        await bucket.put("K7", taken.model_dump_json().encode())

    site.as_admin(take_code)
    return subject

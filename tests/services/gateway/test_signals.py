"""Signals of other systems: stored once, imminent when in doubt, or refused by name."""

import base64
import json

import pytest

from contracts.signals import Signal
from tests.services.gateway.conftest import NOW, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


def event(name: str, **changed: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "specversion": "1.0",
        "id": name,
        "source": "ehr",
        "type": "vigil.signal.screen_positive",
        "subject": "mrn-1",
        "time": "2026-11-24T03:00:00-05:00",
        "data": {"urgency": "urgent", "tags": ["phq9.item9"], "evidence": "form/12"},
    }
    return {key: value for key, value in (whole | changed).items() if value is not None}


async def stored(site: Site, kind: str = "screen_positive") -> Signal:
    return Signal.model_validate(await site.last("SIGNALS", f"signals.{kind}"))


async def test_a_structured_event_becomes_a_signal_of_a_minted_patient(site: Site) -> None:
    reply = await site.system("/v1/signals", event("e1"))

    signal = await stored(site)
    assert reply.status == 202 and reply.json == {"signal": "ehr/e1", "patient": signal.patient}
    assert (signal.id, signal.urgency, signal.source, signal.tags) == (
        "ehr/e1",
        "urgent",
        "ehr",
        ("phq9.item9",),
    )
    assert signal.occurred_at.isoformat() == "2026-11-24T08:00:00+00:00" and signal.received_at == NOW
    assert signal.patient and len(signal.patient) == 19 and signal.patient.startswith("pt_")
    assert (await site.patient(signal.patient)).id == signal.patient
    assert "mrn-1" not in signal.model_dump_json()


async def test_a_binary_event_about_the_same_patient_finds_the_same_id(site: Site) -> None:
    first = await site.system("/v1/signals", event("e2"))
    headers = {
        "Authorization": "Bearer ehr-token", "Content-Type": "application/json; charset=utf-8",
        "ce-specversion": "1.0", "ce-id": "e3", "ce-source": "ehr", "ce-subject": "mrn%2D1",
        "ce-type": "vigil.signal.dose_missed", "ce-time": "2026-11-24T08:00:00Z",
    }  # fmt: skip

    reply = await site.post("/v1/signals", b'{"urgency": "soon"}', headers)

    signal = await stored(site, "dose_missed")
    assert reply.status == 202 and signal.id == "ehr/e3" and signal.urgency == "soon"
    assert signal.patient == first.json["patient"]


async def test_a_repetition_is_accepted_and_changes_nothing(site: Site) -> None:
    first = await site.system("/v1/signals", event("e4"))
    before = await site.ends()

    again = await site.system("/v1/signals", event("e4"))

    assert again.status == 202 and again.json == {**first.json, "duplicate": True}
    assert await site.ends() == before


async def test_the_same_id_of_another_source_is_another_signal(site: Site) -> None:
    await site.system("/v1/signals", event("e5"))

    other = await site.system("/v1/signals", event("e5", source="lab"), token="lab-token")

    assert "duplicate" not in other.json and other.json["signal"] == "lab/e5"
    assert other.json["patient"] != (await site.system("/v1/signals", event("e5"))).json["patient"]


@pytest.mark.parametrize(
    "data",
    [{"urgency": "very"}, {"urgency": 3}, {}, "text", [1], {"urgency": None}],
)
async def test_an_unreadable_urgency_is_taken_as_imminent(site: Site, data: object) -> None:
    name = "u-" + base64.b32encode(json.dumps(data).encode()).decode().strip("=")

    reply = await site.system("/v1/signals", event(name, data=data))

    assert reply.status == 202 and "imminent" in str(reply.json["warnings"])
    assert (await stored(site)).urgency == "imminent"


async def test_a_binary_event_with_a_broken_body_still_pages(site: Site) -> None:
    headers = {
        "Authorization": "Bearer ehr-token", "Content-Type": "application/json", "ce-specversion": "1.0",
        "ce-id": "e6", "ce-source": "ehr", "ce-subject": "mrn-1", "ce-type": "vigil.signal.patient_alert",
    }  # fmt: skip

    reply = await site.post("/v1/signals", b"{broken", headers)

    assert reply.status == 202 and (await stored(site, "patient_alert")).urgency == "imminent"


async def test_oddities_become_warnings_and_never_content(site: Site) -> None:
    data = {
        "urgency": "SOON",
        "tags": ["ok", "wrote: I can't"],
        "evidence": "he said so",
        "occurred_at": "today",
    }

    reply = await site.system("/v1/signals", event("e7", data=data, time=None))

    signal = await stored(site)
    assert len(reply.json["warnings"]) == 3 and "wrote" not in reply.body  # type: ignore[arg-type]
    assert (signal.urgency, signal.tags, signal.evidence, signal.occurred_at) == ("soon", ("ok",), None, NOW)


async def test_vigils_own_id_is_taken_as_it_is(site: Site) -> None:
    reply = await site.system("/v1/signals", event("e8", subject=None, data={"patient": "pt_abcdefgh"}))

    assert reply.json["patient"] == "pt_abcdefgh"


async def test_an_outside_id_in_data_will_do(site: Site) -> None:
    known = await site.system("/v1/signals", event("e9"))

    reply = await site.system("/v1/signals", event("e10", subject=None, data={"patient": "mrn-1"}))

    assert reply.json["patient"] == known.json["patient"]


async def test_data_may_come_as_base64(site: Site) -> None:
    coded = base64.b64encode(b'{"urgency":"soon"}').decode()

    await site.system("/v1/signals", event("e11", data=None, data_base64=coded))

    assert (await stored(site)).urgency == "soon"


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"subject": None}, 422, "subject"),
        ({"subject": "  "}, 422, "subject"),
        ({"subject": "x" * 300}, 422, "subject"),
        ({"id": None}, 422, "id"),
        ({"id": "a\r\nb"}, 422, "id"),
        ({"id": "é"}, 422, "id"),
        ({"type": "vigil.signal.gossip"}, 422, "type"),
        ({"type": "vigil.signal.system_fault"}, 422, "type"),
        ({"type": "other"}, 422, "type"),
        ({"specversion": "0.3"}, 422, "specversion"),
        ({"source": "lab"}, 403, "source"),
        ({"source": None}, 422, "source"),
    ],
)
async def test_what_cannot_page_is_refused_by_field(
    site: Site, changed: dict[str, object], status: int, field: str
) -> None:
    before = await site.ends()

    reply = await site.system("/v1/signals", event("secret-id", **changed))

    assert (reply.status, reply.json["field"]) == (status, field)
    assert reply.json["fix"] and "mrn-1" not in reply.body
    assert await site.ends() == before


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Authorization": ""}, 401),
        (b"{}", {"Authorization": "Bearer guess"}, 401),
        (b"{}", {"Authorization": "Basic ehr-token"}, 401),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": "application/cloudevents-batch+json"}, 415),
        (b"{}", {"Content-Type": "application/json"}, 400),
        (b"[]", {}, 400),
        (b"not json", {}, 400),
        (b"[" * 60_000, {}, 400),
        (b" " * 70_000, {}, 413),
    ],
)
async def test_other_requests_are_refused_too(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    before = await site.ends()

    assert (await site.system("/v1/signals", body, **headers)).status == status
    assert await site.ends() == before

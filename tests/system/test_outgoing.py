"""An escalation and its outcome leave for another system as FHIR, on a consent that stands; else nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from contracts.commits import BRIEF
from contracts.deliveries import DeliveryBrief, DeliveryStatus, Recipient
from contracts.facts import ScreenAnswered, message_id_of, subject_of
from contracts.privacy import PART2_NOTICE, SharingConsent
from services.command_line.deliveries import parked_deliveries
from services.command_line.link import Link
from services.runtime.follow import Follower
from services.runtime.log import Stored, publish_fact
from tests.support.recipient import TOKEN, FhirServer
from tests.support.world import PATIENTS, PEOPLE, PIN, SPINE, World
from tests.support.world import world as open_world


@pytest.fixture
async def county() -> AsyncIterator[FhirServer]:
    """A recipient that rests on each patient's own consent."""
    server = FhirServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def world(tmp_path: Path, county: FhirServer) -> AsyncIterator[World]:
    settings = {"VIGIL_RECIPIENT_TOKENS": json.dumps({"county": TOKEN})}
    async with open_world(tmp_path, services=(*SPINE, "triage"), settings=settings) as opened:
        recipient = Recipient(
            id="county",
            name="County crisis centre",
            base_url=county.url,
            ground="consent",
            substance=True,
            by="ops",
            at=opened.clock.now(),
        )
        bucket = await opened.admin.jetstream().key_value("recipients")
        await bucket.put("county", recipient.model_dump_json().encode())
        await opened.settle()
        yield opened


async def consents(world: World, who: str, *, substance: bool = False, revoked: bool = False) -> None:
    """Let the patient's only consent to the county be this."""
    given = SharingConsent(
        id="sh_1",
        recipient="county",
        substance=substance,
        covers=world.seals.seal("escalations and their outcome"),
        document="cabinet 3",
        given_at=world.clock.now(),
        expires_on=date(2027, 11, 24),
        by="ops",
        revoked_at=world.clock.now() if revoked else None,
    )
    await world.administration.change_patient(
        world.patients[who], lambda one: one.model_copy(update={"sharing": (given,)})
    )


async def stands(world: World) -> dict[str, DeliveryBrief]:
    """Return every delivery as it stands."""
    found: dict[str, DeliveryBrief] = {}

    def take(stored: Stored) -> None:
        found[stored.subject] = DeliveryBrief.model_validate_json(stored.headers[BRIEF])

    follower = Follower(world.admin, "DELIVERIES", take, headers_only=True)
    await follower.start()
    await follower.stop()
    return found


async def test_an_escalation_leaves_as_it_goes_and_nothing_is_lost_while_the_recipient_is_away(
    world: World, county: FhirServer
) -> None:
    """03:10 opened, taken; the county goes down; reached, closed; at its return it is told how it stands."""
    await consents(world, "rivera")

    await world.signal("patient_alert", "urgent", "rivera")
    await world.later(seconds=1)

    (task,) = county.of("Task")
    assert (task["status"], task["intent"], task["priority"]) == ("requested", "order", "asap")
    assert task["restriction"]["period"]["end"] > task["authoredOn"]
    assert "owner" not in task
    assert [flag["status"] for flag in county.of("Flag")] == ["active"]
    (opened,) = county.of("Communication")
    assert opened["payload"][0]["contentString"] == (
        "an escalation was opened; urgency: WITHIN THE HOUR; reason: alert by the patient"
    )
    for one in county.put:
        assert one.get("subject", one.get("for"))["identifier"] == {
            "system": "urn:vigil:patient",
            "value": world.patients["rivera"],
        }
        said = {part["url"]: part for part in one["extension"][0]["extension"]}
        assert said["ground"]["valueCode"] == "consent" and said["basis"]["valueString"] == "cabinet 3"
        assert said["recipient"]["valueReference"]["display"] == "County crisis centre"
        assert "security" not in one.get("meta", {})

    await world.reply("ana", "1")
    assert county.of("Task")[-1]["status"] == "accepted"
    assert county.of("Task")[-1]["owner"]["display"] == "clinician"

    await county.stop()
    await world.reply("ana", "3")
    await world.reply("ana", f"4 spoke {PIN}")
    assert {one.status for one in (await stands(world)).values()} >= {DeliveryStatus.FAILED}
    await world.later(hours=2)
    # The gateway dies as well; what is open is rebuilt from the stream.
    await world.vigil.running.pop("gateway").stop()
    await world.vigil.shells.pop("gateway").close()
    await world.vigil.start(("gateway",))
    await county.start()
    await world.later(hours=4)

    assert {one.status for one in (await stands(world)).values()} == {DeliveryStatus.ACCEPTED}
    (task,) = county.latest("Task").values()
    assert task["status"] == "completed"
    assert task["output"][0]["valueCodeableConcept"]["coding"][0]["code"] == "spoke"
    (flag,) = county.latest("Flag").values()
    assert flag["status"] == "inactive" and flag["period"]["end"]
    codes = {one["category"][0]["coding"][0]["code"] for one in county.latest("Communication").values()}
    assert codes == {"opened", "taken", "reached", "resolved"}
    everything = json.dumps(county.put)
    for secret in ("Rivera", "sister", PATIENTS["rivera"], *(name for name, _ in PEOPLE.values())):
        assert secret not in everything


async def test_without_consent_nothing_leaves_and_that_is_seen_until_it_is_given_and_asked_for(
    world: World, county: FhirServer
) -> None:
    """No consent: parked, a routine fault. Given: `vigil parked retry` sends it. Taken back: parked again."""
    await world.signal("patient_alert", "urgent", "stone")
    await world.later(seconds=1)

    assert county.asked == 0
    assert {(one.status, one.why) for one in (await stands(world)).values()} == {
        (DeliveryStatus.PARKED, "no_consent")
    }
    told = await world.brief(subject="faults.outgoing")
    assert told is not None and (told.urgency, told.status) == ("routine", "worklist")
    nc = await world.connect("cli")
    listed = await parked_deliveries(Link(world.settings, nc, world.clock))
    assert {(one.recipient, one.brief.why) for one in listed} == {("county", "no_consent")}
    assert len(listed) == 3

    await consents(world, "stone")
    await nc.publish("vigil.retry.gateway", b"")
    await nc.flush()
    async with asyncio.timeout(60):
        while county.asked < 3:
            await world.later(seconds=1)
    assert sorted(one["resourceType"] for one in county.put) == ["Communication", "Flag", "Task"]

    await consents(world, "stone", revoked=True)
    await world.reply("ana", "1")
    assert county.asked == 3
    assert [one.why for one in (await stands(world)).values() if one.status is DeliveryStatus.PARKED] == [
        "revoked"
    ] * 2
    await nc.close()


async def test_a_score_leaves_labelled_where_it_tells_of_substance_use_and_not_without_a_consent_to_that(
    world: World, county: FhirServer
) -> None:
    """PHQ-9 and DAST-10 for two patients: one consents to substance use as well, the other does not."""
    await consents(world, "rivera", substance=True)
    await consents(world, "stone")
    drugs = {str(number): "no" if number in (3, 10) else "yes" for number in range(1, 11)}
    mood = {str(number): 3 for number in range(1, 10)}
    for who in ("rivera", "stone"):
        for instrument, answers in (("dast-10", drugs), ("phq-9", mood)):
            await screened(world, who, instrument, answers)
    await world.later(seconds=1)

    by_patient: dict[str, dict[str, dict[str, object]]] = {}
    for one in county.latest("RiskAssessment").values():
        who = one["subject"]["identifier"]["value"]
        by_patient.setdefault(who, {})[one["method"]["coding"][0]["code"]] = one
    rivera, stone = by_patient[world.patients["rivera"]], by_patient[world.patients["stone"]]
    assert set(rivera) == {"dast-10", "phq-9"} and set(stone) == {"phq-9"}
    labels = [one["code"] for one in rivera["dast-10"]["meta"]["security"]]  # type: ignore[index]
    assert labels == ["R", "ETH", "42CFRPart2"]
    assert PART2_NOTICE in rivera["dast-10"]["text"]["div"]  # type: ignore[index]
    assert "meta" not in rivera["phq-9"]
    assert "score 27" in rivera["phq-9"]["prediction"][0]["qualitativeRisk"]["text"]  # type: ignore[index]
    waits = [one for one in (await stands(world)).values() if one.why == "substance"]
    assert [one.resource for one in waits] == ["RiskAssessment"]
    # Of what tells of it, whoever may not know hears that there is an escalation, and not of what.
    stones = [one for one in county.put if world.patients["stone"] in json.dumps(one)]
    assert "dast" not in json.dumps(stones) and "42CFR" not in json.dumps(stones)


async def screened(world: World, who: str, instrument: str, answers: dict[str, object]) -> None:
    """Report a screen, as the gateway does."""
    content = json.dumps({"answers": answers})
    fact = ScreenAnswered(
        patient=world.patients[who],
        at=world.clock.now(),
        received_at=world.clock.now(),
        source="ehr",
        document=f"{who}-{instrument}",
        version="1",
        instrument=instrument,
        content=world.seals.seal(content),
    )
    await publish_fact(world.admin, subject_of(fact), fact.model_dump_json().encode(), message_id_of(fact))

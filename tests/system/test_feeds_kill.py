"""kill -9 while the programme reports: what was acknowledged counts once, and whoever must be is paged."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from contracts.attendance import AttendanceBrief
from contracts.commits import BRIEF, DUE
from contracts.deliveries import DeliveryBrief, Recipient
from contracts.followups import FollowupBrief
from contracts.open_work import is_open
from contracts.pages import PageBrief
from contracts.people import Patient
from contracts.signals import Signal
from tests.services.gateway.fhir.resources import appointment, bundle, cssrs
from tests.support.plant import Plant
from tests.support.recipient import TOKEN, FhirServer
from tests.support.world import SOURCE_TOKEN, SPINE

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]
SERVICES = (*SPINE, "triage", "attendance", "followup")
RUNS = 8
OF_NATS = 5
"""In this run it is nats-server that is killed."""
WHILE_STARTING = (2, OF_NATS)
"""In these runs all services are killed once more, while they catch up."""
PAGED = ("missed", "screen", "bundle", "specimen", "dose")
"""What must page somebody."""
IMMINENT = ("screen", "bundle")
"""And in a text of its own; of the others many may share one, that names some and counts the rest."""


@pytest.fixture
async def county() -> AsyncIterator[FhirServer]:
    """Another system, which is told of everything and never dies."""
    server = FhirServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def plant(tmp_path: Path, county: FhirServer) -> AsyncIterator[Plant]:
    """All services in one process; nobody answers, and the first step waits longer than the test."""
    made = Plant(tmp_path, wait=600)
    await made.open(services=SERVICES, settings={"VIGIL_RECIPIENT_TOKENS": json.dumps({"county": TOKEN})})
    recipient = Recipient(
        id="county", name="County", base_url=county.url, ground="within_programme", basis="agreement",
        substance=True, by="ops", at=datetime.now(UTC),
    )  # fmt: skip
    bucket = await made.admin.jetstream().key_value("recipients")
    await bucket.put("county", recipient.model_dump_json().encode())
    yield made
    await made.close()


@dataclass
class Source:
    """A programme system: what is not acknowledged it sends again, under the same id."""

    plant: Plant
    patients: dict[str, str] = field(default_factory=dict)
    """Its own id -> Vigil's, of whom something was acknowledged."""
    again: int = 0
    """How often something had to be sent again."""

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        kind = "application/fhir+json" if path == "/fhir" else "application/json"
        headers = {"Authorization": f"Bearer {SOURCE_TOKEN}", "Content-Type": kind}
        url, data = f"{self.plant.url}{path}", json.dumps(body)
        async with asyncio.timeout(120):
            while True:
                try:
                    async with self.plant.http.post(url, data=data, headers=headers) as reply:
                        said = await reply.text()
                        if reply.status < 300:
                            found: dict[str, Any] = json.loads(said)
                            return found
                        assert reply.status == 503, said
                except (aiohttp.ClientError, TimeoutError):
                    pass
                self.again += 1
                await asyncio.sleep(0.05)

    async def report(self, who: str, path: str, **body: Any) -> None:
        """Report one fact about that patient."""
        sent = {"id": f"{who}-{path.rpartition('/')[2]}", "patient": who, **body}
        self.patients[who] = (await self.post(path, sent))["patient"]

    async def everything(self, run: int) -> None:
        """Report one of each kind of fact, each about a patient of its own."""
        now = datetime.now(UTC)
        day = now.date().isoformat()
        works = [
            self._session(f"came{run}", now - timedelta(minutes=5), comes=True),
            self._session(f"missed{run}", now - timedelta(minutes=20), comes=False),
            self.report(f"screen{run}", "/v1/screens", instrument="c-ssrs", answers={"1": "yes", "4": "yes"}),
            self.report(
                f"specimen{run}", "/v1/specimens", instrument="breath-alcohol",
                answers={"level": {"value": 0.12, "unit": "g/210 L"}},
            ),
            self.report(f"dose{run}", "/v1/doses", instrument="agonist-doses", answers={"days_missed": 3}),
            self.report(f"left{run}", "/v1/discharges", left="hospital", on=day),
            self._bundle(f"bundle{run}", now + timedelta(hours=2)),
        ]  # fmt: skip
        random.Random(f"order-{run}").shuffle(works)
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
                await asyncio.sleep(0.05)

    async def _session(self, who: str, start: datetime, *, comes: bool) -> None:
        begins, ends = start.isoformat(), (start + timedelta(hours=3)).isoformat()
        await self.report(who, "/v1/sessions", starts_at=begins, ends_at=ends)
        if comes:
            await self.report(who, "/v1/check-ins", session=f"{who}-sessions")

    async def _bundle(self, who: str, start: datetime) -> None:
        form = cssrs("124", patient=who, name=f"form-{who}")
        end = (start + timedelta(hours=1)).isoformat()
        booked = appointment("booked", who, f"booked-{who}", start=start.isoformat(), end=end)
        answer = await self.post("/fhir", bundle(form, booked, kind="batch"))
        assert all(one["response"]["status"][0] == "2" for one in answer["entry"]), answer
        self.patients[who] = (await self.post("/v1/patients", {"external_id": who}))["patient"]


async def test_nothing_that_was_acknowledged_is_lost_or_counted_twice(
    plant: Plant, county: FhirServer
) -> None:
    """Eight seeded runs, ten kills: one of each fact, a kill -9 among them; then every law is looked at."""
    source = Source(plant)
    for run in range(RUNS):
        chance = random.Random(f"feeds-{run}")
        posting = asyncio.create_task(source.everything(run))
        await asyncio.sleep(chance.uniform(0.05, 0.7))
        if run == OF_NATS:
            plant.server.kill()
            await plant.server.start()
        else:
            await plant.copies[0].kill()
            await plant.copies[0].start()
        if run in WHILE_STARTING:
            await asyncio.sleep(chance.uniform(0.5, 2.0))
            await plant.copies[0].kill()
            await plant.copies[0].start()
        await posting
    await plant.until_ready()
    assert source.again, "no kill came between"
    plant.vigil_ids.update(source.patients)
    await plant.until_paged({f"{kind}{run}" for kind in IMMINENT for run in range(RUNS)})
    await until_quiet(plant, {source.patients[f"{kind}{run}"] for kind in PAGED for run in range(RUNS)})

    await each_fact_is_stored_once(plant, source)
    await sessions_are_counted_once(plant, source)
    await each_reason_is_judged_and_published_once(plant, source)
    await discharges_are_followed_up_once(plant, source)
    told = {one["for"]["identifier"]["value"] for one in county.latest("Task").values()}
    assert told == {source.patients[f"{kind}{run}"] for kind in PAGED for run in range(RUNS)}
    parked = await plant.stored("PARKED")
    assert parked == [], [subject for subject, _, _ in parked]
    await plant.audit()


async def until_quiet(plant: Plant, paged: set[str], timeout: float = 90) -> None:
    """Wait until all was heard, a phone told of each, every delivery brought, and nothing is overdue."""
    js, end = plant.admin.jetstream(timeout=30), asyncio.get_running_loop().time() + timeout
    while True:
        heard = [await js.consumer_info("PROGRAMME", f"{name}_facts") for name in SERVICES[-3:]]
        waiting = sum((info.num_pending or 0) + (info.num_ack_pending or 0) for info in heard)
        open_now = [
            DeliveryBrief.model_validate_json(headers[BRIEF]).status
            for _, headers in (await plant.last("DELIVERIES", ">")).values()
            if is_open("DELIVERIES", headers[BRIEF])
        ]
        briefs = [headers[BRIEF] for _, headers in (await plant.last("PAGES", ">")).values()]
        pages = [PageBrief.model_validate_json(one) for one in briefs]
        untold = paged - {one.run.rpartition("-")[0] for one in pages if one.told}
        late = [
            subject
            for stream in ("ATTENDANCES", "FOLLOWUPS")
            for subject, (_, headers) in (await plant.last(stream, ">")).items()
            if DUE in headers and datetime.fromisoformat(headers[DUE]) <= datetime.now(UTC)
        ]
        if not (waiting or open_now or late or untold):
            return
        assert asyncio.get_running_loop().time() < end, (waiting, open_now, late, untold)
        await asyncio.sleep(0.2)


async def each_fact_is_stored_once(plant: Plant, source: Source) -> None:
    """One fact for each that was acknowledged, whatever was sent again."""
    stored = Counter(subject for subject, _, _ in await plant.stored("PROGRAMME", "programme.*.*"))
    facts = {
        "came": ("session_planned", "checked_in"),
        "missed": ("session_planned",),
        "screen": ("screen_answered",),
        "specimen": ("specimen_tested",),
        "dose": ("dose_reported",),
        "left": ("patient_discharged",),
        "bundle": ("screen_answered", "session_planned"),
    }
    wanted = {
        f"programme.{fact}.{source.patients[f'{kind}{run}']}": 1
        for kind, types in facts.items()
        for fact in types
        for run in range(RUNS)
    }
    assert stored == Counter(wanted)


async def sessions_are_counted_once(plant: Plant, source: Source) -> None:
    """Who came is checked in by one event; who did not is missed by one, and texted about at most once."""
    found = {
        subject.split(".")[2]: commits for subject, commits in (await plant.read("ATTENDANCES", ">")).items()
    }
    asked = Counter(subject for subject, _, _ in await plant.stored("OUTREACH"))
    for kind, event, status in (
        ("came", "attendance_confirmed", "checked_in"),
        ("missed", "attendance_missed", "missed"),
        ("bundle", "attendance_expected", "expected"),
    ):
        for run in range(RUNS):
            patient = source.patients[f"{kind}{run}"]
            commits = found[patient]
            events = [one["type"] for commit, _ in commits for one in commit.events]
            assert events.count(event) == events.count("attendance_expected") == 1, (kind, run, events)
            assert AttendanceBrief.model_validate_json(commits[-1][1][BRIEF]).status == status
            assert asked[f"outreach.{patient}"] == (kind == "missed")


async def each_reason_is_judged_and_published_once(plant: Plant, source: Source) -> None:
    """One result of each screen, specimen and dose report; one signal of each patient, by one id."""
    results = await plant.read("TRIAGE", ">")
    signals = [Signal.model_validate_json(data) for _, data, _ in await plant.stored("SIGNALS")]
    ids, patients = Counter(one.id for one in signals), Counter(one.patient for one in signals if one.patient)
    for kind in PAGED:
        for run in range(RUNS):
            patient = source.patients[f"{kind}{run}"]
            assert patients[patient] == 1, (kind, run)
            if kind != "missed":
                events = [one["type"] for commit, _ in results[f"triage.{patient}"] for one in commit.events]
                assert events.count("assessed") == 1, (kind, run, events)
    assert max(ids.values()) == 1
    assert len(results) == (len(PAGED) - 1) * RUNS


async def discharges_are_followed_up_once(plant: Plant, source: Source) -> None:
    """The day stands in the record, and each task of a transition of care is there once, with a deadline."""
    bucket = await plant.admin.jetstream(timeout=30).key_value("patients")
    last = await plant.last("FOLLOWUPS", ">")
    for run in range(RUNS):
        patient = source.patients[f"left{run}"]
        record = Patient.model_validate_json((await bucket.get(patient)).value or b"")
        assert isinstance(record.discharged_on, date), run
        _, headers = last[f"followups.{patient}"]
        kinds = [one.kind for one in FollowupBrief.model_validate_json(headers[BRIEF]).tasks]
        assert sorted(kinds) == ["appointment", "contact"] and DUE in headers, (run, kinds)

"""A gateway on a real nats-server, and a carrier's and a programme system's hands to knock at it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from twilio.request_validator import RequestValidator

from contracts.commits import BRIEF, KINDS, Commit
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.people import ContactMethod, Patient, Person
from contracts.streams import BUCKETS, STREAMS
from contracts.values import Channel, Kind, Urgency
from services.gateway.app import GatewayService, start
from services.gateway.settings import GatewaySettings
from services.runtime import provision
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import Seals
from services.runtime.settings import Settings
from services.runtime.shell import open_shell

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PUBLIC = "https://vigil.example.org"
TOKEN, SECOND_TOKEN = "token-of-the-account", "token-of-tomorrow"
LINE = "+12025550100"
ANA, BEN, BOTH, STRANGER = "+12025550111", "+12025550112", "+12025550113", "+12025550199"
SOURCE_TOKENS = {"ehr": "ehr-token", "lab": "lab-token"}


class Reply:
    """What the gateway answered."""

    def __init__(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def xml(self) -> ElementTree.Element:
        assert self.status == 200, (self.status, self.body)
        assert self.headers["content-type"].startswith("text/xml")
        root = ElementTree.fromstring(self.body)
        assert root.tag == "Response"
        return root

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.xml.itertext()).split())

    def one(self, verb: str) -> ElementTree.Element:
        """Return the first verb of that name."""
        found = self.xml.find(f".//{verb}")
        assert found is not None, f"no {verb} in {self.body}"
        return found

    def has(self, verb: str) -> bool:
        return self.xml.find(f".//{verb}") is not None

    @property
    def action(self) -> str:
        """Return the path that the first key press goes to."""
        return self.one("Gather").attrib["action"].removeprefix(PUBLIC)

    @property
    def redirect(self) -> str:
        """Return the path that the call goes on with."""
        return (self.one("Redirect").text or "").removeprefix(PUBLIC)


class Site:
    """The gateway under test, and what it published."""

    def __init__(
        self, gateway: GatewayService, admin: Client, seals: Seals, http: aiohttp.ClientSession
    ) -> None:
        self.gateway = gateway
        self.admin = admin
        self.seals = seals
        self.http = http

    async def carrier(
        self, path: str, form: Mapping[str, str], *, token: str = TOKEN, public: str = PUBLIC, **headers: str
    ) -> Reply:
        """Post a webhook as the carrier does, signed."""
        signature = RequestValidator(token).compute_signature(public + path, dict(form))
        return await self.post(path, dict(form), {"X-Twilio-Signature": signature, **headers})

    async def post(self, path: str, data: object, headers: Mapping[str, str] | None = None) -> Reply:
        async with self.http.post(f"{self.gateway.url}{path}", data=data, headers=headers) as reply:
            return Reply(reply.status, await reply.text(), {k.lower(): v for k, v in reply.headers.items()})

    async def get(self, path: str) -> Reply:
        async with self.http.get(f"{self.gateway.url}{path}") as reply:
            return Reply(reply.status, await reply.text(), {k.lower(): v for k, v in reply.headers.items()})

    async def system(self, path: str, body: object, *, token: str = "ehr-token", **headers: str) -> Reply:
        """Post JSON as a programme system does."""
        kind = "application/cloudevents+json" if path == "/v1/signals" else "application/json"
        sent = {"Authorization": f"Bearer {token}", "Content-Type": kind, **headers}
        return await self.post(path, body if isinstance(body, bytes) else json.dumps(body).encode(), sent)

    async def ends(self) -> dict[str, int]:
        """Return the last sequence of every stream and bucket: nothing changed if they are equal."""
        names = [s.name for s in STREAMS] + [b.stream for b in BUCKETS]
        infos = await asyncio.gather(*(self.admin.jetstream().stream_info(name) for name in names))
        return {name: info.state.last_seq for name, info in zip(names, infos, strict=True)}

    async def last(self, stream: str, subject: str) -> dict[str, object]:
        """Return the last message of a subject as JSON."""
        message = await self.admin.jetstream().get_last_msg(stream, subject)
        found = json.loads(message.data or b"")
        assert isinstance(found, dict)
        return found

    async def patient(self, name: str) -> Patient:
        bucket = await self.admin.jetstream().key_value("patients")
        return Patient.model_validate_json((await bucket.get(name)).value or b"")

    async def put_patient(self, patient: Patient) -> None:
        """Let the patient's record be this."""
        bucket = await self.admin.jetstream().key_value("patients")
        await bucket.put(patient.id, patient.model_dump_json().encode())

    async def page(
        self,
        responder: str,
        page: str,
        *,
        urgency: Urgency = Urgency.URGENT,
        status: PageStatus = PageStatus.OUT,
        purpose: Purpose = Purpose.PAGE,
        subject: str = "",
        **more: object,
    ) -> PageBrief:
        """Let paging have committed something about a page."""
        brief = PageBrief(
            page=page,
            responder=responder,
            run=f"run-{page}",
            subject=subject or f"escalations.pt_{page}",
            code="K7",
            purpose=purpose,
            status=status,
            urgency=urgency,
            kind=Kind.SCREEN_POSITIVE,
            asked_at=NOW,
            **more,
        )
        await self.commit(f"pages.{responder}.{page}", brief, ())
        await self.gateway.briefs.follower.catch_up()
        return brief

    async def run(
        self, page: PageBrief, holder: str | None, *events: dict[str, object], **more: object
    ) -> None:
        """Let escalation have committed something about the run of a page."""
        values = {"status": EscalationStatus.HELD if holder else EscalationStatus.PAGING} | more
        brief = EscalationBrief(
            run=page.run,
            code=page.code,
            urgency=page.urgency,
            kind=page.kind,
            holder=holder,
            opened_at=NOW,
            policy="standard",
            **values,
        )
        await self.commit(page.subject, brief, events)

    async def commit(self, subject: str, brief: object, events: tuple[dict[str, object], ...]) -> None:
        commit = Commit(at=NOW, cause="test", version=1, events=events, state={})
        headers = {
            BRIEF: brief.model_dump_json(exclude_none=True),  # type: ignore[attr-defined]
            KINDS: ",".join(str(event["type"]) for event in events),
        }
        await self.admin.jetstream().publish(subject, commit.model_dump_json().encode(), headers=headers)


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedServer, Seals]]:
    """A nats-server with every stream, and people who are on the roster."""
    server = EmbeddedServer(tmp_path_factory.mktemp("gateway") / "var")
    seals = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32, "h0": b"o" * 32})
    asyncio.run(_set_up(server, seals))
    yield server, seals
    asyncio.run(server.stop())


async def _set_up(server: EmbeddedServer, seals: Seals) -> None:
    await server.start()
    admin = await nats.connect(server.url, user="admin", password=server.passwords["admin"])
    await provision.provision(admin, marks=False)
    people = await admin.jetstream().key_value("people")
    for name, phone in (("ana", ANA), ("ben", BEN), ("both", BOTH)):
        await people.put(name, person(seals, name, phone).model_dump_json().encode())
    await admin.close()


def person(seals: Seals, name: str, phone: str) -> Person:
    method = ContactMethod(
        id="m1", channel=Channel.SMS, phone=seals.seal(phone), phone_ref=seals.phone_ref(phone)
    )
    return Person(id=name, name=seals.seal(name.title()), methods=(method,))


def gateway_settings(**changed: object) -> GatewaySettings:
    values: dict[str, object] = {
        "gateway_port": 0,
        "public_url": PUBLIC + "/",
        "twilio_auth_token": TOKEN,
        "twilio_auth_token_secondary": SECOND_TOKEN,
        "staff_number": LINE,
        "source_tokens": SOURCE_TOKENS,
        "gateway_patience_seconds": 0.3,
        "gateway_outcome_seconds": 0.25,
    }
    return GatewaySettings.model_validate(values | changed)


@contextlib.asynccontextmanager
async def opened(server: EmbeddedServer, seals: Seals, **changed: object) -> AsyncIterator[Site]:
    """A gateway with these settings, and hands to knock at it."""
    settings = Settings(var=Path(server.folder), nats_url=server.url)
    shell = await open_shell("gateway", settings, SteppedClock(NOW), seals)
    gateway = await start(shell, gateway_settings(**changed))
    admin = await nats.connect(server.url, user="admin", password=server.passwords["admin"])
    async with aiohttp.ClientSession() as http:
        keys = PatientKeys(admin, seals, lambda: NOW)
        yield Site(gateway, admin, seals.with_patients(keys), http)
    await gateway.stop()
    await admin.close()
    await shell.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(site_folder: tuple[EmbeddedServer, Seals]) -> AsyncIterator[Site]:
    server, seals = site_folder
    async with opened(server, seals) as site:
        yield site

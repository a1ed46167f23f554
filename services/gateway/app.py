"""Wiring of the gateway."""

import base64
import secrets

from fastapi import APIRouter

from contracts.people import Person
from contracts.schedules import Schedule, Shifts
from services.gateway import calendar, calls, health, http, keypad, patients, signals, texts
from services.gateway.bridging import Bridging
from services.gateway.briefs import Briefs
from services.gateway.carrier_care import CarrierCare
from services.gateway.directory import Directory
from services.gateway.facts import Facts
from services.gateway.inbound import Inbound
from services.gateway.lost_webhooks import LostWebhooks
from services.gateway.media_care import MediaCare
from services.gateway.outgoing.care import Outgoing
from services.gateway.programme_care import ProgrammeCare
from services.gateway.registry import Registry
from services.gateway.server import HttpServer
from services.gateway.settings import GatewaySettings
from services.gateway.signatures import Signatures
from services.gateway.sources import Sources
from services.gateway.voice import Voice
from services.gateway.webhooks import Webhooks
from services.runtime.follow import ValueTable
from services.runtime.shell import Shell


def new_patient_id() -> str:
    """Mint a patient id: 80 random bits that mean nothing elsewhere."""
    return "pt_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


class GatewayService:
    """The running service."""

    def __init__(self, shell: Shell, settings: GatewaySettings) -> None:
        self._shell = shell
        self._settings = settings

    @property
    def url(self) -> str:
        """Where it listens on this machine."""
        return f"http://{self._settings.gateway_host}:{self.server.port}"

    async def start(self) -> None:
        """Know who is who, then listen."""
        shell, settings = self._shell, self._settings
        self.people = ValueTable(shell.nc, "people", Person)
        self.briefs = Briefs(shell.nc)
        self.schedules = ValueTable(shell.nc, "schedules", Schedule)
        self.shifts = ValueTable(shell.nc, "shifts", Shifts)
        await self.people.start()
        await self.briefs.follower.start()
        shell.followers += [self.people.follower.position, self.briefs.follower.position]
        for table in (self.schedules, self.shifts):
            await table.start()
            shell.followers.append(table.follower.position)
        calendars = calendar.Calendars(
            shell.nc,
            await shell.bucket("feeds"),
            self.people,
            self.schedules,
            self.shifts,
            shell.seals,
            shell.clock,
        )
        registry = Registry(
            await shell.bucket("patients"),
            await shell.bucket("aliases"),
            shell.seals,
            shell.clock,
            new_patient_id,
        )
        facts = Facts(shell.nc, settings.gateway_patience_seconds)
        directory = Directory(self.people, registry, shell.seals)
        inbound = Inbound(facts, directory, shell.seals, settings.numbers())
        lost = LostWebhooks(facts, shell.clock)
        self.media = MediaCare(
            shell,
            settings,
            (await shell.bucket("media"), await shell.bucket("media_files")),
            registry,
            facts,
            self.briefs,
            self.people,
        )
        marks, may_go = await shell.bucket("carrier_marks"), self.media.records.may_go
        self.care = CarrierCare(shell, settings, marks, inbound, lost, may_go)
        sources = Sources(settings.tokens())
        enrolling = patients.Enrolling(
            registry, shell.seals, shell.nc, settings.phone_region, self._is_responder
        )
        self.programme = ProgrammeCare(shell, settings)
        routers = (
            *self._routers(sources, enrolling, registry, facts, inbound, lost),
            *await self.programme.routers(sources, facts, registry, enrolling, self._is_responder),
        )
        self.server = HttpServer(
            http.application((*routers, calendar.routes(calendars)), shell.activity),
            settings.gateway_host,
            settings.gateway_port,
        )
        self.outgoing = Outgoing(shell, settings, registry, self.people)
        await self.outgoing.start()
        await self.media.start()
        self.care.start()
        # Last: while a start may still fail, nobody must be told that the gateway is ready.
        await self.server.start()

    async def stop(self) -> None:
        """Take no more requests; those under way end first."""
        await self.server.stop()
        await self.programme.stop()
        await self.care.stop()
        await self.media.stop()
        await self.outgoing.stop()
        await self.briefs.follower.stop()
        for table in (self.shifts, self.schedules, self.people):
            await table.stop()

    def _is_responder(self, name: str) -> bool:
        return name in self.people.values

    def _routers(
        self,
        sources: Sources,
        enrolling: patients.Enrolling,
        registry: Registry,
        facts: Facts,
        inbound: Inbound,
        lost: LostWebhooks,
    ) -> tuple[APIRouter, ...]:
        shell, settings, numbers = self._shell, self._settings, self._settings.numbers()
        hooks = Webhooks(Signatures(settings.public_url, settings.auth_tokens()), shell.seals, shell.clock)
        voice = Voice(settings.public_url, numbers.patient)
        bridging = Bridging(self.briefs, registry, shell.seals, voice, shell.clock)
        flow = keypad.Keypad(hooks, facts, self.briefs, voice, bridging, settings.gateway_outcome_seconds)
        return (
            texts.routes(hooks, facts, inbound),
            calls.routes(hooks, facts, inbound, voice, lost),
            keypad.routes(flow),
            signals.routes(sources, facts, registry, shell.clock),
            patients.routes(sources, enrolling),
            health.routes(shell.nc, (self.people.follower, self.briefs.follower)),
        )


async def start(shell: Shell, settings: GatewaySettings) -> GatewayService:
    """Start the gateway."""
    service = GatewayService(shell, settings)
    await service.start()
    return service

"""Wires what programme systems report: the JSON API of facts, and FHIR."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from services.gateway import facts_api
from services.gateway.facts import Facts
from services.gateway.fhir import routes as fhir_routes
from services.gateway.fhir.intake import Intake, Site
from services.gateway.fhir.naming import Names
from services.gateway.fhir.risk import Risks
from services.gateway.fhir.servers import FhirServers
from services.gateway.fhir.settings import FhirSettings
from services.gateway.fhir.subscriptions import Subscriptions
from services.gateway.patients import Enrolling
from services.gateway.registry import Registry
from services.gateway.reporting import Reporter
from services.gateway.sources import Sources
from services.runtime.settings import load
from services.runtime.shell import Shell
from services.triage import instruments
from services.triage.settings import TriageSettings


class ProgrammeCare:
    """The intake of facts, started with the bucket `intake` and ended with `stop`."""

    def __init__(self, shell: Shell, settings: FhirSettings) -> None:
        self._shell = shell
        self._settings = settings
        self._servers = FhirServers(settings.fhir_servers, settings.fhir_timeout_seconds)

    async def routers(
        self,
        sources: Sources,
        facts: Facts,
        registry: Registry,
        enrolling: Enrolling,
        is_responder: Callable[[str], bool],
    ) -> tuple[APIRouter, ...]:
        """Return the routes. Raises ThresholdsError when the site's thresholds can't be used."""
        shell, settings = self._shell, self._settings
        bucket = await shell.bucket("intake")
        reporter = Reporter(facts, registry, bucket, shell.seals, shell.clock)
        site = Site(
            Names(settings.fhir_codes),
            ZoneInfo(settings.fhir_zone),
            settings.fhir_practitioners,
            settings.risk_flags(),
        )
        risks = Risks(bucket, registry)
        intake = Intake(site, reporter, registry, enrolling, risks, is_responder, shell.clock)
        heard = Subscriptions(intake, self._servers, bucket, shell.seals.alias, facts, shell.clock)
        thresholds = instruments.load(load(TriageSettings).thresholds)
        return (
            facts_api.routes(sources, reporter, thresholds),
            fhir_routes.routes(sources, intake, heard),
        )

    async def stop(self) -> None:
        """Close the connections to FHIR servers."""
        await self._servers.close()

"""Wires triage."""

from dataclasses import dataclass

from services.runtime.aggregates import Aggregates
from services.runtime.log import Log
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Running, Shell
from services.triage.aggregate import RULES, AllResults
from services.triage.handlers import Handlers
from services.triage.instruments import load
from services.triage.settings import TriageSettings


@dataclass
class TriageService:
    """A started triage."""

    shell: Shell
    parked: ParkedRetries

    async def stop(self) -> None:
        """End it; what is under way ends first."""
        await self.parked.stop()
        await self.shell.ears.stop()


async def start(shell: Shell, settings: TriageSettings) -> Running:
    """Start triage; raises ThresholdsError, each mistake with its line, when they can't be used."""
    thresholds = load(settings.thresholds)
    results: AllResults = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock)
    handlers = Handlers(shell.nc, results, shell.seals, thresholds, shell.clock)
    shell.ears.hear("triage_facts", handlers.on_fact)
    await shell.ears.start()
    parked = ParkedRetries(shell)
    await parked.start()
    return TriageService(shell, parked)

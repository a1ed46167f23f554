"""Wires the keeping of patients' files: what hears of them, what fetches them, and by when."""

import structlog
from nats.js.kv import KeyValue

from contracts.people import Person
from services.gateway.briefs import Briefs
from services.gateway.facts import Facts
from services.gateway.media_fetch import Fetcher
from services.gateway.media_intake import MediaIntake
from services.gateway.media_keeping import MediaKeeping
from services.gateway.media_records import MediaRecords
from services.gateway.media_store import MediaStore
from services.gateway.media_telling import MediaTelling
from services.gateway.registry import Registry
from services.gateway.settings import GatewaySettings
from services.runtime.deadlines import DueIndex
from services.runtime.follow import ValueTable
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Shell
from services.runtime.twilio_client import Carrier

_log = structlog.get_logger()
DURABLE = "gateway_media"


class MediaCare:
    """Without a carrier account files are noted, and fetched by the first start that has one."""

    def __init__(
        self,
        shell: Shell,
        settings: GatewaySettings,
        buckets: tuple[KeyValue, KeyValue],
        registry: Registry,
        facts: Facts,
        briefs: Briefs,
        people: ValueTable[Person],
    ) -> None:
        self._shell = shell
        self._index = DueIndex("media", shell.clock, self._look, shell.activity)
        self.records = MediaRecords(shell.nc, buckets[0], self._index)
        self._intake = MediaIntake(self.records, registry, shell.seals, shell.clock)
        self._keeping: MediaKeeping | None = None
        account = settings.carrier()
        if account is None:
            _log.warning("media_off", reason="no account")
            return
        self._carrier = Carrier(account)
        self._fetcher = Fetcher(account, settings.media_limits())
        self._keeping = MediaKeeping(
            self.records,
            MediaStore(buckets[1]),
            MediaTelling(facts, briefs, people, shell.clock),
            registry,
            shell.seals,
            shell.clock,
            self._carrier,
            self._fetcher,
        )

    async def start(self) -> None:
        """Know what is open, act on what is due, hear of more. Raises Unavailable."""
        await self.records.follower.start()
        self._shell.followers.append(self.records.follower.position)
        if self._keeping is not None:
            self._index.start()
        self._shell.ears.hear(DURABLE, self._intake.heard)
        await self._shell.ears.start()
        self._parked = ParkedRetries(self._shell)
        await self._parked.start()

    async def stop(self) -> None:
        """End; what is under way ends first."""
        await self._parked.stop()
        await self._shell.ears.stop()
        await self._index.stop()
        await self.records.follower.stop()
        if self._keeping is not None:
            await self._carrier.close()
            await self._fetcher.close()

    async def _look(self, key: str) -> None:
        if self._keeping is not None:
            await self._keeping.look(key)

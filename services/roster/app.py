"""Wiring of the roster service."""

from services.roster.gap_notices import GapNotices
from services.roster.handing_over import HandingOver
from services.roster.looking import Looking
from services.roster.on_page import OnPage
from services.roster.open_now import OpenNow
from services.roster.reachability import Reachability
from services.roster.settings import RosterSettings
from services.roster.swapping import Swapping
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.roster.verifying import Verifying
from services.runtime.log import Log
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Shell


class RosterService:
    """Compiles shifts at every change and every few hours, hands over, and tells what would page nobody."""

    def __init__(self, shell: Shell, settings: RosterSettings) -> None:
        self._shell = shell
        self._settings = settings

    async def start(self) -> None:
        """Read the rosters, look at them, hear of pages, and keep watch."""
        shell, settings = self._shell, self._settings
        self.tables = Tables(
            shell.nc,
            lambda: self.looking.roster_changed(),
            lambda: self.looking.people_changed(),
            lambda: self.looking.shifts_changed(),
        )
        self.open_now = OpenNow(shell.nc)
        telling = Telling(shell.nc)
        people = await shell.bucket("people")
        handing_over = HandingOver(
            self.tables, await shell.bucket("handoffs"), telling, self.open_now, settings.habits
        )
        swapping = Swapping(self.tables, await shell.bucket("swaps"), telling)
        verifying = Verifying(
            self.tables,
            await shell.bucket("verifications"),
            people,
            telling,
            settings.verify_automatically,
        )
        self.looking = Looking(
            shell,
            settings,
            self.tables,
            await shell.bucket("shifts"),
            telling,
            GapNotices(self.tables, telling, settings.gaps_ahead),
            handing_over,
            swapping,
            verifying,
        )
        await self.tables.start()
        await self.open_now.start()
        shell.followers += [table.follower.position for table in self.tables.all()]
        shell.followers.append(self.open_now.follower.position)
        reachability = Reachability(Log(shell.nc, "PAGES"), people)
        heard = OnPage(self.tables, telling, reachability, handing_over, verifying, swapping)
        shell.ears.hear("roster_pages", heard.hear)
        await shell.ears.start()
        self.parked = ParkedRetries(shell)
        await self.parked.start()
        await self.looking.start()

    async def stop(self) -> None:
        """Watch no more; a look under way ends first."""
        await self.parked.stop()
        await self.looking.stop()
        await self._shell.ears.stop()
        await self.open_now.stop()
        await self.tables.stop()


async def start(shell: Shell, settings: RosterSettings) -> RosterService:
    """Start the roster."""
    service = RosterService(shell, settings)
    await service.start()
    return service

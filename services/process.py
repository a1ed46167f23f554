"""One process that runs some or all services side by side, each with its own connection and rights."""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

import structlog

from services.runtime import logging as runtime_logging
from services.runtime.activity import Activity
from services.runtime.clock import Clock, ScaledClock
from services.runtime.paced_clock import PacedClock, PaceFile
from services.runtime.sealing import Seals, load_or_create
from services.runtime.settings import Settings, load
from services.runtime.shell import Running, Shell, open_shell
from services.runtime.site_keys import WrongKey

_log = structlog.get_logger()

APPS = {
    "escalation": ("services.escalation", "EscalationSettings"),
    "paging": ("services.paging", "PagingSettings"),
    "roster": ("services.roster", "RosterSettings"),
    "conversation": ("services.conversation", "ConversationSettings"),
    "triage": ("services.triage", "TriageSettings"),
    "attendance": ("services.attendance", "AttendanceSettings"),
    "followup": ("services.followup", "FollowupSettings"),
    "ledger": ("services.ledger", "LedgerSettings"),
    "console": ("services.console", "ConsoleSettings"),
    "gateway": ("services.gateway", "GatewaySettings"),
}
"""Service -> package and settings class, in the order they start: the gateway hears last."""
FRONT = ("conversation", "gateway")
"""What patients and the carrier wait for: in a process of its own, pages do not delay first answers."""
DESK = ("ledger", "console")
"""What is looked at: in a process of its own, a report over a year delays no page."""
_NICE = 10
GROUPS = {
    "all": tuple(APPS),
    "front": FRONT,
    "back": tuple(name for name in APPS if name not in FRONT + DESK),
    "desk": DESK,
}
"""Names for several services at once, as `vigil run` takes them."""


def named(words: Sequence[str]) -> tuple[str, ...]:
    """Return the services meant by names of services and of groups; all for no word. Raises KeyError."""
    meant = {name for word in words or ("all",) for name in GROUPS.get(word, (word,))}
    for word in sorted(meant - set(APPS)):
        raise KeyError(word)
    return tuple(name for name in APPS if name in meant)


class Services:
    """Services started in this process."""

    def __init__(self, clock: Clock, settings: Settings, seals: Seals) -> None:
        self.clock = clock
        self.activity = Activity()
        self.shells: dict[str, Shell] = {}
        self.running: dict[str, Running] = {}
        self._settings = settings
        self._seals = seals

    async def start(self, names: Sequence[str]) -> None:
        """Start them in the table's order; raises ProvisionError or SystemExit that says what to mend."""
        for name in [app for app in APPS if app in names]:
            package, settings_class = APPS[name]
            app: ModuleType = importlib.import_module(f"{package}.app")
            settings = load(getattr(importlib.import_module(f"{package}.settings"), settings_class))
            shell = await open_shell(name, self._settings, self.clock, self._seals, self.activity)
            self.shells[name] = shell
            self.running[name] = await app.start(shell, settings)
            _log.info("service_started", service=name)

    async def stop(self) -> None:
        """Stop them in the opposite order; what is under way ends first."""
        for name in reversed(tuple(self.running)):
            await self.running.pop(name).stop()
            shell = self.shells.pop(name)
            await shell.close()
            _log.info("service_stopped", service=name)


def make_clock(settings: Settings) -> ScaledClock | PacedClock:
    """Return the clock the settings ask for."""
    if settings.clock_file is not None:
        return PacedClock(PaceFile(settings.clock_file))
    epoch = datetime.fromisoformat(settings.clock_epoch) if settings.clock_epoch else None
    return ScaledClock(settings.clock_scale, epoch)


async def serve(names: Sequence[str]) -> None:
    """Run the services until SIGTERM or SIGINT."""
    settings = load(Settings)
    runtime_logging.configure(settings.log_format, settings.log_level)
    services = Services(make_clock(settings), settings, load_or_create(settings.seal_file()))
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await services.start(names)
        # What stands now stays: without it every full collection stalls all deadlines for a moment.
        gc.collect()
        gc.freeze()
        _log.info("ready", names=",".join(services.running))
        await ended.wait()
    finally:
        with contextlib.suppress(asyncio.TimeoutError):
            async with asyncio.timeout(20):
                await services.stop()


def main(arguments: Sequence[str]) -> None:
    """Run the named services or groups, or all of them: `python -m services.process escalation paging`."""
    try:
        names = named(arguments)
    except KeyError as error:
        known = ", ".join((*APPS, *GROUPS))
        raise SystemExit(f"there is no service {error.args[0]!r}; there are {known}") from None
    if set(names) <= set(DESK):
        # A processor that is wanted by a page as well goes to the page.
        os.nice(_NICE)
    try:
        _run(serve(names))
    except WrongKey as error:
        raise SystemExit(str(error)) from None


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # uvloop has no wheel for this platform; asyncio's own loop serves
        asyncio.run(work)
    else:
        uvloop.run(work)


if __name__ == "__main__":
    main(sys.argv[1:])

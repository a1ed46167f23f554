"""Runs the watchdog as its own process until it is told to stop: `python -m services.watchdog`."""

import asyncio
import signal
from datetime import datetime

import structlog

from services.runtime import logging
from services.runtime.clock import ScaledClock
from services.runtime.paced_clock import PacedClock, PaceFile
from services.runtime.settings import Settings, load
from services.watchdog import app
from services.watchdog.settings import WatchdogSettings


def main() -> None:
    """Read the settings and run."""
    settings, own = load(Settings), load(WatchdogSettings)
    logging.configure(settings.log_format, settings.log_level)
    asyncio.run(serve(settings, own))


async def serve(settings: Settings, own: WatchdogSettings) -> None:
    """Run until SIGTERM or SIGINT, then end cleanly."""
    clock = _clock(settings)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if not own.phones():
        structlog.get_logger().warning("ops_phones_missing", reason="VIGIL_OPS_PHONES is empty")
    watchdog = await app.start(settings, own, clock)
    try:
        await stopping.wait()
    finally:
        await watchdog.stop()
        clock.stop()


def _clock(settings: Settings) -> ScaledClock | PacedClock:
    if settings.clock_file is not None:
        return PacedClock(PaceFile(settings.clock_file))
    epoch = datetime.fromisoformat(settings.clock_epoch) if settings.clock_epoch else None
    return ScaledClock(settings.clock_scale, epoch)


if __name__ == "__main__":
    main()

"""Runs the carrier emulator as its own process until it is told to stop."""

import argparse
import asyncio
import contextlib
import secrets
import signal
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.numbers import SenderNumber
from services.carrier_emulator.settings import Settings
from services.runtime.clock import Clock, ScaledClock
from services.runtime.paced_clock import PacedClock, PaceFile


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the emulator; the command line wins over the environment."""
    try:
        settings = read_settings(arguments)
    except ValidationError as error:
        names = ", ".join(str(e["loc"][0]) for e in error.errors())
        sys.stderr.write(f"emulator settings missing or wrong: {names} (VIGIL_EMULATOR_*)\n")
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings))
    return 0


def read_settings(arguments: Sequence[str] | None) -> Settings:
    """Read the command line on top of the environment."""
    parser = argparse.ArgumentParser(prog="python -m services.carrier_emulator")
    parser.add_argument("--port", type=int)
    parser.add_argument("--account-sid")
    parser.add_argument("--auth-token")
    parser.add_argument("--admin-token")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--clock-scale", type=float)
    parser.add_argument("--demo", action="store_true", default=None)
    parser.add_argument("--number", action="append", dest="numbers", type=_number, metavar="NUMBER[@RATE]")
    given = vars(parser.parse_args(arguments))
    return Settings(**{name: value for name, value in given.items() if value is not None})


def make(settings: Settings, clock: Clock) -> CarrierEmulator:
    """Return the emulator that the settings ask for."""
    key = (settings.api_key_sid, settings.api_key_secret)
    return CarrierEmulator(
        clock,
        account_sid=settings.account_sid,
        auth_token=settings.auth_token,
        api_key=key if all(key) else None,
        numbers=tuple(settings.numbers),
        behaviour=Behaviour(calls_per_second=settings.calls_per_second or None),
        admin_token=settings.admin_token,
        seed=secrets.randbits(32) if settings.seed is None else settings.seed,
        demo=settings.demo,
    )


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then end cleanly."""
    file = settings.clock_file
    clock = PacedClock(PaceFile(file)) if file is not None else ScaledClock(settings.clock_scale)
    emulator = make(settings, clock)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await emulator.start(settings.port)
    sys.stdout.write(f"carrier emulator listens on {emulator.base_url}\n")
    sys.stdout.flush()
    try:
        await stopping.wait()
    finally:
        await emulator.stop()
        clock.stop()


def _number(text: str) -> SenderNumber:
    number, _, rate = text.partition("@")
    return SenderNumber(number, float(rate) if rate else None)


if __name__ == "__main__":
    sys.exit(main())

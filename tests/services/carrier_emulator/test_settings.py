"""The emulator as a process: what its settings make of it."""

from services.carrier_emulator.__main__ import make, read_settings
from services.runtime.clock import ScaledClock


def first_sid(*arguments: str) -> str:
    clock = ScaledClock()
    try:
        settings = read_settings(["--auth-token", "secret", *arguments])
        return make(settings, clock).carrier.identifiers.sid("SM")
    finally:
        clock.stop()


async def test_no_start_repeats_the_sids_of_another_unless_it_is_told_to() -> None:
    assert first_sid() != first_sid()
    assert first_sid("--seed", "7") == first_sid("--seed", "7")

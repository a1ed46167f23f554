"""Measures Vigil on this machine and prints one table: `python -m tests.bench [part ...]`.

Parts: latency, storm, limited, kept_up, spread, burst, instant, crowd, attendance, fhir, verify, replay,
console; all by default. Each stands on a fresh site in a temporary folder, is given up after its time,
and the raw figures go to var/bench/.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from tests.bench import attendance, console, crisis_line, crowd, fhir, latency, replay, storm, verify
from tests.bench.figures import Figure, keep, show
from tests.bench.site import ROOT, now

Part = Callable[[Path], Awaitable[list[Figure]]]
PARTS: dict[str, Part] = {
    "latency": latency.measure,
    "storm": storm.unlimited,
    "limited": storm.limited,
    "kept_up": storm.kept_up,
    "spread": crisis_line.in_a_quarter_minute,
    "burst": crisis_line.in_a_burst,
    "instant": crisis_line.in_one_instant,
    "crowd": crowd.measure,
    "fhir": fhir.measure,
    "attendance": attendance.measure,
    "verify": verify.measure,
    "replay": replay.measure,
    "console": console.measure,
}
GIVEN_UP_AFTER = 150.0


async def run(names: Sequence[str]) -> list[Figure]:
    """Measure those parts, one after the other."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="vigil-bench-") as folder:
        for name in names:
            print(f"{now():%H:%M:%S} {name}", flush=True)
            try:
                async with asyncio.timeout(GIVEN_UP_AFTER):
                    figures += await PARTS[name](Path(folder) / name)
            except TimeoutError:
                figures.append(Figure(name, f"given up after {GIVEN_UP_AFTER:.0f} s", "", False))
            except RuntimeError as error:
                # The other parts' figures must not be lost with it.
                figures.append(Figure(name, f"given up: {error}", "", False))
    return figures


def main(arguments: Sequence[str]) -> int:
    """Run the named parts, or all."""
    unknown = sorted(set(arguments) - set(PARTS))
    if unknown:
        print(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    began = now()
    figures = uvloop.run(run(arguments or tuple(PARTS)))
    show(figures, f"Vigil, {began:%Y-%m-%d %H:%M} UTC, {(now() - began).total_seconds():.0f} s")
    print(f"raw figures: {keep(figures, began, ROOT / 'var' / 'bench')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

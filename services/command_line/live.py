"""Going live: the first start of a real programme passes the doctor, or a person says why not.

A programme that is live is never refused again: a machine that comes back at night must page,
whatever the doctor would say. From then on `vigil doctor` tells how it stands.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from services.command_line import doctor
from services.command_line.link import Link, connect, me
from services.command_line.troubles import Trouble
from services.process import make_clock
from services.runtime import nats_secrets
from services.runtime.settings import Settings


def mark(var: Path) -> Path:
    """Return the file that says since when the programme is live, by whom, and why in spite of what."""
    return var / "live.json"


@dataclass(frozen=True)
class Gate:
    """Lets a live start pass, or refuses it."""

    settings: Settings
    override: str = ""

    async def pass_or_refuse(self, settings: Settings) -> None:
        """Ask the doctor at a first start. Raises Trouble when it refuses and nobody overrode that."""
        file = mark(self.settings.var)
        if file.exists():
            return
        nc = await connect(settings, "cli")
        clock = make_clock(settings)
        try:
            findings = await doctor.examine(Link(settings, nc, clock))
            now = clock.now()
        finally:
            clock.stop()
            await nc.close()
        for finding in findings:
            if finding.level is not doctor.Level.GOOD:
                typer.echo(str(finding), err=True)
        refusing = [finding for finding in findings if finding.refuses and not finding.after_start]
        if refusing and not self.override:
            raise Trouble(
                f"not started: {len(refusing)} findings above refuse a live start; mend them, "
                "or give --override with the reason"
            )
        said = {"since": now.isoformat(), "by": me(), "override": self.override}
        said |= {"in_spite_of": "; ".join(finding.what for finding in refusing)}
        nats_secrets.write_private(file, json.dumps(said, indent=1) + "\n")

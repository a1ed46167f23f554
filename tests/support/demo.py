"""A demo that runs as its own processes."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

_EMULATOR = ("child_started", "emulator")


@dataclass(frozen=True)
class Demo:
    """A demo that runs, and what its supervisor says."""

    url: str
    log: Path

    def kill_emulator(self) -> None:
        """End the emulator as a crash would; the supervisor starts it again."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        (pid,) = (line["pid"] for line in lines if (line["event"], line.get("child")) == _EMULATOR)
        os.kill(pid, signal.SIGKILL)

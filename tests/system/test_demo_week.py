"""`vigil demo` as a user runs it: it plays, reports, stops by itself, and Ctrl-C ends all it started."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from services.demo_week.report import Report

pytestmark = [pytest.mark.system, pytest.mark.timeout(280)]
ROOT = Path(__file__).parents[2]


async def start(folder: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "demo", "--var", str(folder), *words,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


def left(folder: Path) -> list[str]:
    """Return the processes of this machine that were told of the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told:
            found.append(process.name)
    return found


async def test_a_morning_is_played_and_every_law_held(tmp_path: Path) -> None:
    """06:00 to 10:48: doses, the day programme with its misses, screens; pages, answers, ends."""
    var, file = tmp_path / "var", tmp_path / "report.json"
    demo = await start(var, "--days", "0.2", "--speed", "3600", "--out", str(file))
    out, _ = await demo.communicate()

    shown = out.decode()
    assert demo.returncode == 0, shown
    assert "Every law held." in shown and "What was missed" in shown
    told = Report.model_validate_json(file.read_text())
    assert told.held and told.complete and not told.refused and told.restarts == 0
    assert sum(row.made for row in told.inputs) == sum(row.acknowledged for row in told.inputs) > 20
    missed = [run for run in told.runs if run.kind == "session_missed"]
    assert missed and all(run.minutes_to_first_page is not None for run in missed)
    assert any(run.taken_by and run.reached_at for run in missed)
    assert left(var) == []


@pytest.mark.soak  # a second start of everything is not worth its seconds in each run of the suite
async def test_ctrl_c_ends_everything_and_tells_what_was_so_far(tmp_path: Path) -> None:
    var, file = tmp_path / "var", tmp_path / "report.json"
    demo = await start(var, "--speed", "60", "--out", str(file))
    assert demo.stdout is not None
    first = await asyncio.wait_for(demo.stdout.readline(), 200)
    assert first.startswith(b"Mon 06:0"), first + await demo.stdout.read()
    demo.send_signal(signal.SIGINT)
    out, _ = await demo.communicate()

    assert demo.returncode == 0, out.decode()
    told = Report.model_validate_json(file.read_text())
    assert told.held and not told.complete
    assert "broken off" in out.decode()
    assert left(var) == []

"""The supervisor: children start in order, come back, and never outlive it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nats
import pytest
from structlog.testing import capture_logs

from services import nats_child, supervisor
from services.runtime import nats_server, provision
from services.runtime.settings import Settings

QUICK = supervisor.Pace(first_wait=0.02, longest_wait=0.1, healthy_after=60, grace=0.5)


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def child(name: str, notes: Path, then: str = "time.sleep(60)", **more: object) -> supervisor.Child:
    """A child that notes its name and process id in a file, and then does that."""
    program = (
        "import os, signal, sys, time\n"
        f"open({str(notes)!r}, 'a').write(f'{name} {{os.getpid()}}\\n')\n"
        f"{then}\n"
    )
    return supervisor.Child(name, [sys.executable, "-S", "-c", program], **more)  # type: ignore[arg-type]


def noted(notes: Path) -> list[tuple[str, int]]:
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [(line.split()[0], int(line.split()[1])) for line in lines]


async def notes_of(notes: Path, count: int) -> list[tuple[str, int]]:
    """Wait until that many children have noted themselves."""
    await until(lambda: len(noted(notes)) >= count)
    return noted(notes)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; at most ten seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def python(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def test_the_wait_before_a_restart_doubles_from_a_fifth_of_a_second_up_to_ten() -> None:
    waits = [supervisor.Pace().wait(failures) for failures in range(1, 9)]
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert supervisor.Pace().wait(10_000) == 10.0


def test_how_a_child_ended_is_told_in_words() -> None:
    assert supervisor.why(3) == "exit code 3"
    assert supervisor.why(-9) == "ended by SIGKILL"
    assert supervisor.why(-200) == "ended by signal 200"


async def test_children_start_in_order_each_when_the_one_before_is_ready_and_prepared(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    steps: list[str] = []

    async def ready() -> None:
        await notes_of(notes, 1)
        steps.append("ready")

    async def prepare() -> None:
        steps.append("prepare")
        assert len(noted(notes)) == 1

    one = child("one", notes, ready=ready, prepare=prepare)
    keeping = supervisor.Supervisor([one, child("two", notes)], QUICK)
    running = asyncio.create_task(keeping.run())

    assert [name for name, _ in await notes_of(notes, 2)] == ["one", "two"]
    assert steps == ["ready", "prepare"]
    keeping.stop()
    await running


async def test_a_child_that_is_killed_comes_back_and_the_log_says_which_and_why(tmp_path: Path) -> None:
    notes, out = tmp_path / "notes", tmp_path / "one.log"
    said = "print('hello', flush=True); time.sleep(60)"
    keeping = supervisor.Supervisor([child("one", notes, said, log=out)], QUICK)
    with capture_logs() as logs:
        running = asyncio.create_task(keeping.run())
        ((_, first),) = await notes_of(notes, 1)

        os.kill(first, signal.SIGKILL)

        (_, _), (_, second) = await notes_of(notes, 2)
        assert alive(second) and keeping.restarts == 1
        await until(lambda: out.read_text() == "hello\nhello\n")
        keeping.stop()
        await running
    ended = [entry for entry in logs if entry["event"] == "child_ended"]
    assert [(entry["child"], entry["reason"]) for entry in ended] == [("one", "ended by SIGKILL")]


async def test_a_child_that_keeps_failing_is_restarted_ever_more_slowly(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    keeping = supervisor.Supervisor([child("one", notes, "sys.exit(3)")], QUICK)
    with capture_logs() as logs:
        running = asyncio.create_task(keeping.run())
        await notes_of(notes, 5)
        keeping.stop()
        await running
    waits = [entry["seconds"] for entry in logs if entry["event"] == "child_ended"]
    assert waits[:4] == [0.02, 0.04, 0.08, 0.1]


async def test_a_child_that_ran_well_for_long_enough_comes_back_quickly_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    pace = supervisor.Pace(first_wait=0.02, longest_wait=10, healthy_after=0, grace=0.5)
    keeping = supervisor.Supervisor([child("one", notes, "sys.exit(3)")], pace)
    with capture_logs() as logs:
        running = asyncio.create_task(keeping.run())
        await notes_of(notes, 4)
        keeping.stop()
        await running
    assert {entry["seconds"] for entry in logs if entry["event"] == "child_ended"} == {0.02}


async def test_a_command_that_does_not_exist_is_named_and_tried_again() -> None:
    keeping = supervisor.Supervisor([supervisor.Child("one", ["/no/such/program"])], QUICK)
    with capture_logs() as logs:
        running = asyncio.create_task(keeping.run())
        await until(lambda: sum(entry["event"] == "child_not_started" for entry in logs) >= 2)
        keeping.stop()
        await running
    assert "/no/such/program" in next(e["reason"] for e in logs if e["event"] == "child_not_started")


async def test_on_sigterm_all_end_last_started_first_and_a_stubborn_one_is_killed(tmp_path: Path) -> None:
    notes, ends = tmp_path / "notes", tmp_path / "ends"

    def noting(name: str) -> str:
        return (
            f"def end(*_): open({str(ends)!r}, 'a').write('{name}\\n'); sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"open({str(notes)!r}, 'a').write('{name}-ready 0\\n')\n"
            "time.sleep(60)"
        )

    stubborn = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(notes)!r}, 'a').write('deaf-ready 0\\n')\n"
        "time.sleep(60)"
    )
    children = [
        child("deaf", notes, stubborn),
        child("one", notes, noting("one")),
        child("two", notes, noting("two")),
    ]
    keeping = supervisor.Supervisor(children, QUICK)
    running = asyncio.create_task(keeping.run())
    pids = [pid for _, pid in await notes_of(notes, 6) if pid]

    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5)

    assert ends.read_text().split() == ["two", "one"]
    assert not any(alive(pid) for pid in pids)


async def test_when_preparing_fails_everything_ends_and_the_reason_is_raised(tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    async def prepare() -> None:
        await notes_of(notes, 1)
        raise RuntimeError("ESCALATIONS went backwards")

    keeping = supervisor.Supervisor([child("one", notes, prepare=prepare), child("two", notes)], QUICK)
    with pytest.raises(RuntimeError, match="went backwards"):
        await keeping.run()

    ((name, pid),) = noted(notes)
    assert name == "one" and not alive(pid)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_no_child_outlives_a_supervisor_that_is_killed_with_9(tmp_path: Path, loop: str) -> None:
    notes = tmp_path / "notes"
    sleeper = [sys.executable, "-S", "-c", child("x", notes).argv[-1]]
    program = (
        f"import {loop}, asyncio\n"
        "from services.supervisor import Child, Supervisor\n"
        f"{loop}.run(Supervisor([Child(n, {sleeper!r}) for n in ('a', 'b', 'c')]).run())\n"
    )
    with python(program) as p:
        pids = [pid for _, pid in await notes_of(notes, 3)]
        assert all(alive(pid) for pid in pids)

        p.kill()

    await until(lambda: not any(alive(pid) for pid in pids))


async def test_nats_as_a_child_is_provisioned_before_the_next_starts_and_comes_back_after_kill_9(
    tmp_path: Path,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    notes = tmp_path / "notes"
    settings = Settings(var=tmp_path / "var", nats_url=f"nats://127.0.0.1:{port}")
    children = [nats_child.nats_child(settings, key="a-key-of-this-test-only"), child("next", notes)]
    keeping = supervisor.Supervisor(children, QUICK)
    running = asyncio.create_task(keeping.run())
    await notes_of(notes, 1)

    password = settings.password("escalation")
    nc = await nats.connect(
        settings.nats_url,
        user="escalation",
        password=password,
        inbox_prefix="_INBOX_escalation",
        reconnect_time_wait=0.05,
        max_reconnect_attempts=-1,
        error_cb=_quiet,
    )
    await provision.check(nc, "escalation")
    await nc.jetstream().publish("escalations.p1", b"{}")
    os.kill(keeping.pids()["nats"], signal.SIGKILL)
    await until(lambda: not nc.is_connected)
    await until(lambda: nc.is_connected)
    kept = await nc.jetstream().get_last_msg("ESCALATIONS", "escalations.p1", direct=True)
    assert kept.data == b"{}"

    await nc.close()
    keeping.stop()
    await running
    assert not await nats_server.answers(port)


async def _quiet(_error: Exception) -> None:
    """The connection is lost on purpose."""

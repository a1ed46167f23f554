"""`vigil up --demo`: everything on this machine, and a page that is answered on a phone."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.command_line import demo
from tests.support.site import free_ports

SECONDS = 40


@pytest.mark.system
def test_a_demo_starts_pages_and_ends_without_leaving_anything_behind(tmp_path: Path) -> None:
    nats, gateway, emulator = free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIL_")}
    environment |= {"VIGIL_VAR": str(tmp_path), "VIGIL_NATS_URL": f"nats://127.0.0.1:{nats}"}
    environment |= {"VIGIL_GATEWAY_PORT": str(gateway), "COLUMNS": "200", "NO_COLOR": "1"}
    ports = ["--nats-port", str(nats), "--gateway-port", str(gateway), "--emulator-port", str(emulator)]
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "up", "--demo", *ports],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: "Try, in another terminal" in log.read_text() or up.poll() is not None)
        assert up.poll() is None, log.read_text()
        assert f"export VIGIL_GATEWAY_PORT={gateway}" in log.read_text()

        vigil(environment, "signal", "screen_positive", "demo_1", "--urgency", "imminent")
        until(lambda: "goes out" in said(environment, "escalations", "demo_1"))
        answer(emulator, tmp_path, environment)
        until(lambda: "held" in vigil(environment, "escalations", "--once"))
    finally:
        up.send_signal(signal.SIGINT)
        status = up.wait(20)
    assert status == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_it_names_the_command_as_another_terminal_finds_it(tmp_path: Path) -> None:
    ours = tmp_path / "here" / ".venv" / "bin" / "vigil"
    ours.parent.mkdir(parents=True)
    ours.touch(mode=0o755)
    python = ours.with_name("python")

    assert demo.command(python, tmp_path / "here", search="") == ".venv/bin/vigil"
    assert demo.command(python, tmp_path / "elsewhere", search="") == str(ours)
    assert demo.command(python, tmp_path / "here", search=str(ours.parent)) == "vigil"
    assert demo.command(tmp_path / "python", tmp_path, search="") == "vigil"


def answer(emulator: int, var: Path, environment: dict[str, str]) -> None:
    """Text `1` from the phone of whoever is on call."""
    on_call = next(line for line in vigil(environment, "who").splitlines() if line.startswith("primary"))
    number = {"clinician_1": "101", "clinician_2": "102", "clinician_3": "103"}
    phone = "+12025550" + next(last for name, last in number.items() if name in on_call.split(")")[0])
    secret = demo.read(var)
    assert secret is not None
    request = urllib.request.Request(
        f"http://127.0.0.1:{emulator}/_emu/phones/{phone}/send",
        data=json.dumps({"body": "1", "to": demo.STAFF_NUMBER}).encode(),
        headers={"X-Emulator-Token": secret.admin_token, "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()


def vigil(environment: dict[str, str], *words: str) -> str:
    """Run a command as in another terminal; it must succeed."""
    result = CliRunner().invoke(app, list(words), env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def said(environment: dict[str, str], *words: str) -> str:
    """Run a command and return what it said, whatever that is."""
    return CliRunner().invoke(app, list(words), env=environment).output


def until(happened: Callable[[], bool]) -> None:
    """Return once it happened; fail after a while."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)

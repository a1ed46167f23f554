"""`vigil drill`: what it asks for, what it shows, and what counts."""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import nats
import pytest
import typer
from nats.aio.client import Client
from typer.testing import CliRunner, Result

from contracts.escalations import DrillEnded, EscalationStatus, Opened, PageRequested
from contracts.policies import Policy
from contracts.signals import Signal
from contracts.values import Kind, Value
from services.command_line.drill import drill
from services.command_line.drill_results import drills_of, summed
from services.command_line.troubles import Told
from tests.services.command_line.played import AT, brief, made
from tests.support.site import Site, append

app = typer.Typer(cls=Told)
app.command("drill")(drill)
app.callback()(lambda: None)


def vigil(site: Site, *words: str) -> Result:
    return CliRunner().invoke(app, ["drill", *words], env=site.environment)


def opened(run: str, schedule: str, minutes: int = 0) -> tuple[Value, ...]:
    at = AT + timedelta(minutes=minutes)
    signal = made(Signal, kind=Kind.SYSTEM_FAULT, area=f"drill-{schedule}", patient=None)
    policy = made(Policy, id="drill")
    page = made(PageRequested, at=at, run=run, responder="clinician_2", drill=True)
    return made(Opened, at=at, run=run, code="K7", signal=signal, policy=policy), page


def ended(why: str, seconds: int = 180) -> DrillEnded:
    who = "clinician_2" if why == "answered" else None
    return made(DrillEnded, why=why, responder=who, seconds=seconds)


def while_played(site: Site, play: Callable[[Client, Signal], object], *words: str) -> tuple[Result, Signal]:
    """Run the command while a thread plays escalation's part."""
    heard: list[Signal] = []
    started = threading.Event()

    async def escalation() -> None:
        nc = await nats.connect(site.server.url, user="admin", password=site.server.passwords["admin"])
        try:
            subscription = await nc.subscribe("signals.system_fault")
            started.set()
            heard.append(Signal.model_validate_json((await subscription.next_msg(10)).data))
            await play(nc, heard[0])  # type: ignore[misc]
        finally:
            await nc.close()

    player = threading.Thread(target=lambda: asyncio.run(escalation()))
    player.start()
    started.wait(5)
    result = vigil(site, *words)
    player.join()
    return result, heard[0]


def plays(why: str, seconds: int = 180) -> Callable[[Client, Signal], object]:
    async def play(nc: Client, signal: Signal) -> None:
        run = f"{signal.area}-{signal.id[-4:]}"
        told = brief(run, EscalationStatus.CLOSED, policy="drill", kind=Kind.SYSTEM_FAULT)
        events = opened(run, "primary") if why != "busy" else opened(run, "primary")[:1]
        await append(nc, f"faults.{signal.area}", (*events, ended(why, seconds)), told)  # type: ignore[arg-type]

    return play


def test_a_drill_is_answered_shown_and_counted_and_one_that_cannot_be_sent_is_not(site: Site) -> None:
    result, signal = while_played(site, plays("answered", 31), "primary")
    assert result.exit_code == 0, result.output
    assert signal.tags == ("drill", "schedule:primary") and signal.area == "drill-primary"
    assert "clinician_2 answered after 31 s." in result.output

    result, _ = while_played(site, plays("busy"), "primary")
    assert result.exit_code == 1
    assert "Not now: whoever is on call for primary has something real. Nobody was paged." in result.output

    result, signal = while_played(site, plays("unanswered"), "primary", "--person", "clinician_2", "--json")
    assert (result.exit_code, json.loads(result.stdout)["outcome"]) == (1, "unanswered")
    assert signal.tags[-1] == "to:clinician_2"

    said = json.loads(vigil(site, "--results", "--json").stdout)
    assert [one["outcome"] for one in said["results"]] == ["answered", "busy", "unanswered"]
    assert (said["drills"], said["percent_answered"], said["median_seconds"]) == (2, 50, 31)
    assert "1 of 2 answered (50 %), median 31 s." in vigil(site, "primary", "--results").output
    assert "None so far." in vigil(site, "backup", "--results").output


def test_what_cannot_be_drilled_is_said(site: Site) -> None:
    assert "there is no schedule 'nights'" in vigil(site, "nights").stderr
    assert "there is no responder 'x'" in vigil(site, "primary", "--person", "x").stderr
    other = vigil(site, "supervisor", "--person", "ops_1")
    assert "ops_1 is not on call for supervisor, supervisor_1 is; `vigil page-test ops_1`" in other.stderr
    assert other.exit_code == 1
    assert "name a schedule" in vigil(site).stderr
    assert "nothing was heard of the drill within 0 s" in vigil(site, "backup", "--wait", "0").stderr


@pytest.mark.parametrize(
    ("outcomes", "percent", "median"),
    [
        ([], None, None),
        (["busy", "interrupted"], None, None),
        (["answered", "answered", "unanswered", "nobody", "busy"], 50, 25),
    ],
)
def test_only_drills_that_could_be_answered_count(
    outcomes: list[str], percent: int | None, median: int | None
) -> None:
    events = [
        event
        for number, why in enumerate(outcomes)
        for event in (*opened(f"r{number}", "primary", number), ended(why, 20 + 10 * number))
    ]
    sums = summed(drills_of(events))  # type: ignore[arg-type]
    assert (sums["percent_answered"], sums["median_seconds"]) == (percent, median)


def test_real_runs_and_test_pages_are_no_drills() -> None:
    real = made(Opened, policy=made(Policy, id="test"))
    assert drills_of([real, made(PageRequested, drill=False)]) == []

"""`vigil policy replay`: what other policies, or another roster, would have done with what happened."""

import asyncio
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from contracts.schedules import Shifts
from services.command_line import replay_chart, replay_history, replay_shown
from services.command_line.link import linked
from services.command_line.moments import moment
from services.command_line.programme_zone import on_clock
from services.command_line.scene import Scene, scene
from services.command_line.shown import counted
from services.command_line.troubles import Trouble
from services.escalation.core.inputs import World
from services.escalation.replay import comparing, past, recorded, sampling
from services.escalation.replay.comparing import Comparison
from services.escalation.replay.recorded import RecordedRun
from services.escalation.replay.replaying import Change

_DAYS = timedelta(days=30)
_BEFORE = timedelta(days=8)
_AFTER = timedelta(days=4)
"""A run goes on for a while after the end of the range."""


def replay(
    start: Annotated[str, typer.Option("--from", help="Since when, e.g. 2026-10-01; 30 days ago.")] = "",
    end: Annotated[str, typer.Option("--to", help="Until before when; now.")] = "",
    policies: Annotated[
        Path | None, typer.Option(help="Folder of policies to try; else as they were.", show_default=False)
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Folder of a roster to try; else as it was.", show_default=False)
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="A saved history instead of the log.", show_default=False)
    ] = None,
    sample: Annotated[int, typer.Option(min=0, help="Make up a history of so many escalations.")] = 0,
    seed: Annotated[int, typer.Option(help="For what is made up or estimated.")] = 1,
    save: Annotated[
        Path | None, typer.Option(help="Write the history replayed to this file.", show_default=False)
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Write the comparison as one HTML page.", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="Show so many of the escalations that differ.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Replay recorded escalations through changed policies or another roster; both sides beside each other.

    Everybody answers as fast as they did. Who was never paged answers at their own pace: an estimate.
    `--sample` with both folders needs no server, and tries them on a history they made themselves.
    """
    asked = Asked(start, end, policies, roster, history, sample, seed)
    done = asyncio.run(_replay(asked, save))
    if chart is not None:
        chart.write_text(replay_chart.page(done.title, done.compared, done.zone), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(replay_shown.as_json(done.title, done.compared), indent=1))
    else:
        replay_shown.tell(done.title, done.compared, most, done.zone)
        if chart is not None:
            typer.echo(f"The comparison is in {chart}.")


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    start: str
    end: str
    policies: Path | None
    roster: Path | None
    history: Path | None
    sample: int
    seed: int


@dataclass(frozen=True)
class Done:
    """What came of it, and what it is, in a sentence."""

    title: str
    compared: Comparison
    zone: ZoneInfo | None
    """The clock on which it is shown."""


async def _replay(asked: Asked, save: Path | None) -> Done:
    if asked.sample and asked.history:
        raise Trouble("--sample makes up a history and --history reads one; give one of them")
    without_server = bool((asked.sample or asked.history) and asked.policies and asked.roster)
    tried = await scene(asked.policies, asked.roster)
    # Where everything stands in files, what is tried is also what was.
    was = tried if without_server else await scene(None, None)
    begin, until = _range(asked, was)
    commits = await _commits(asked, was, begin, until)
    if save is not None:
        replay_history.save(save, commits)
    runs = recorded.runs(commits, begin, until)
    if not runs:
        raise Trouble(
            f"no escalation opened from {_days(begin, until, was.zone)}; "
            "name another range, or try `--sample 1000`"
        )
    change = Change(
        tried.policies if asked.policies else None,
        _shifts(tried, begin, until) if asked.roster and not without_server else None,
    )
    last = max(run.last_at for run in runs)
    known = past.Past(was.people, _shifts(was, begin, until), past.busy_times(runs), last)
    prepared = comparing.prepare(runs, known)
    compared = comparing.compare(comparing.pairs(runs, prepared, change, asked.seed))
    return Done(_title(asked, runs, begin, until, was.zone), compared, was.zone)


async def _commits(asked: Asked, was: Scene, begin: datetime, until: datetime) -> replay_history.Commits:
    if asked.history is not None:
        return replay_history.read(asked.history)
    if not asked.sample:
        async with linked() as link:
            return await replay_history.recorded(link)
    wanted = sampling.Sample(asked.sample, begin, max(1, (until - begin).days))
    world = World(was.policies, _shifts(was, begin, until), was.people, patient_tags=())
    return list(sampling.sample(wanted, lambda at: world, was.policy_zone, random.Random(asked.seed)))


def _shifts(of: Scene, begin: datetime, until: datetime) -> dict[str, Shifts]:
    """Return who was on call in that time, as the schedules have it today."""
    return of.roster.but(handoffs={}).shifts(begin - _BEFORE, until + _AFTER)


def _range(asked: Asked, was: Scene) -> tuple[datetime, datetime]:
    zone = was.zone or was.policy_zone
    until = moment(asked.end, was.now, zone, "--to") if asked.end else was.now
    begin = moment(asked.start, was.now, zone, "--from") if asked.start else until - _DAYS
    if begin >= until:
        start, end = (f"{one.astimezone(zone):%Y-%m-%d %H:%M %Z}" for one in (begin, until))
        raise Trouble(f"--from: {start} is not before --to, {end}")
    return begin, until


def _days(begin: datetime, until: datetime, zone: ZoneInfo | None) -> str:
    return f"{begin.astimezone(zone):%Y-%m-%d} to {until.astimezone(zone):%Y-%m-%d}"


def _title(
    asked: Asked, runs: tuple[RecordedRun, ...], begin: datetime, until: datetime, zone: ZoneInfo | None
) -> str:
    made = "made-up" if asked.sample else "recorded"
    tried = [f"policies of {asked.policies}"] if asked.policies else []
    tried += [f"roster of {asked.roster}"] if asked.roster else []
    through = " and ".join(tried) or "the policies and the roster as they were"
    days = on_clock(_days(begin, until, zone), zone)
    seed = f" (seed {asked.seed})" if asked.sample else ""
    return f"{counted(len(runs), f'{made} escalation')}{seed}, {days}, through {through}"

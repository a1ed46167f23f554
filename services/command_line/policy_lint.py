"""`vigil policy lint` and `vigil policy explain`: what is dangerous in policies, and why."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from contracts.people import Person
from contracts.policies import Policy
from contracts.schedules import Schedule, Shifts
from services.command_line.link import linked
from services.command_line.policy_checks import finding_json, tell_findings
from services.command_line.troubles import Trouble
from services.process import make_clock
from services.programme import Finding, lint, load_people, load_policies, load_schedules
from services.programme.linting.finding import NAMES, PAGES
from services.roster import core as roster_core
from services.runtime.settings import Settings, load

_AHEAD = timedelta(days=91)
_PAGES = Path(__file__).parents[2] / PAGES


def lint_policies(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of policies; those in force if left out.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Folder with people.yaml and schedules.yaml; else those in force.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
) -> None:
    """Find what is dangerous in policies; exit status 1 when they can't be put in force."""
    if folder is None or roster is None:
        found = asyncio.run(_against_force(folder, roster))
    else:
        found = _lint_folders(load_policies(folder), folder, roster)
    _end(found, as_json)


def explain(
    code: Annotated[str, typer.Argument(help="The code of a finding: P07.", show_default=False)],
) -> None:
    """Print the page of a finding: what it means, and how to mend it."""
    wanted = next((one for one, name in NAMES.items() if code.upper() == one or code == name), None)
    if wanted is None:
        raise Trouble(f"there is no finding {code!r}; there are {', '.join(NAMES)}")
    _, _, rest = _PAGES.read_text().partition(f'<a id="{wanted.lower()}"></a>\n\n')
    page, _, _ = rest.partition("\n<a id=")
    typer.echo(page.strip())


async def _against_force(folder: Path | None, roster: Path | None) -> tuple[Finding, ...]:
    # Mistakes in the files are told even when no server can be asked.
    policies = load_policies(folder) if folder is not None else ()
    try:
        async with linked() as link:
            schedules, people = await link.values("schedules", Schedule), await link.values("people", Person)
            shifts = await link.values("shifts", Shifts)
            current = await link.administration().policy_store().current() if folder is None else None
    except (Trouble, SystemExit):
        if folder is None:
            raise
        raise Trouble(
            "the files can be read, but there is no roster to check them against; "
            "name one with --roster FOLDER, or start Vigil"
        ) from None
    if folder is None and current is None:
        raise Trouble("no policies are in force; name a folder, or run `vigil policy apply FOLDER`")
    if current is not None:
        policies = current.policies
    if roster is not None:
        return _lint_folders(policies, folder, roster)
    if folder is not None:
        load_policies(folder, schedules=list(schedules), people=list(people))
    return lint(policies, schedules.values(), people.values(), shifts.values())


def _lint_folders(policies: Iterable[Policy], folder: Path | None, roster: Path) -> tuple[Finding, ...]:
    people = load_people(roster / "people.yaml")
    names = [person.id for person in people]
    schedules = load_schedules(roster / "schedules.yaml", people=names)
    if folder is not None:
        load_policies(folder, schedules=[schedule.id for schedule in schedules], people=names)
    clock = make_clock(load(Settings))
    try:
        now = clock.now()
    finally:
        clock.stop()
    shifts = [roster_core.compile(schedule, now, now + _AHEAD) for schedule in schedules]
    return lint(policies, schedules, people, shifts)


def _end(found: tuple[Finding, ...], as_json: bool) -> None:
    blocking = sum(finding.blocking for finding in found)
    if as_json:
        told = {"findings": [finding_json(finding) for finding in found], "blocking": blocking}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        tell_findings(found)
        count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
        typer.echo(f"{count}, {blocking} of them blocking." if found else "No findings.")
    if blocking:
        raise typer.Exit(1)

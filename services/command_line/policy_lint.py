"""`vigil policy lint` and `vigil policy explain`: what is dangerous in policies, and why."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from services.command_line.policy_checks import finding_json, linted, tell_findings
from services.command_line.scene import scene
from services.command_line.shown import put_json
from services.command_line.troubles import Trouble, unknown
from services.programme import Finding, load_policies
from services.programme.linting.finding import NAMES, PAGES

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
    _end(asyncio.run(_found(folder, roster)), as_json)


def explain(
    code: Annotated[
        str,
        typer.Argument(help="The code of a finding, or its name: P04, wait_too_long.", show_default=False),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
) -> None:
    """Print the page of a finding: what it means, and how to mend it."""
    given = re.sub(r"^[Pp]0*(\d+)$", lambda number: f"P{int(number[1]):02}", code)
    wanted = next((one for one, name in NAMES.items() if given == one or code.lower() == name), None)
    if wanted is None:
        raise unknown("finding", code, NAMES)
    _, _, rest = _PAGES.read_text().partition(f'<a id="{wanted.lower()}"></a>\n\n')
    page, _, _ = rest.partition("\n<a id=")
    if as_json:
        told = {"code": wanted, "name": NAMES[wanted], "page": page.strip()}
        put_json(told)
    else:
        typer.echo(page.strip())


async def _found(folder: Path | None, roster: Path | None) -> tuple[Finding, ...]:
    if folder is not None:
        # Mistakes in the files are told even when no server can be asked.
        load_policies(folder)
    try:
        judged = await scene(folder, roster, named=False)
    except (Trouble, SystemExit):
        if folder is None:
            raise
        raise Trouble(
            "the files can be read, but there is no roster to check them against; "
            "name one with --roster FOLDER, or start Vigil"
        ) from None
    if not judged.policies.policies:
        raise Trouble("no policies are in force; name a folder, or run `vigil policy apply FOLDER`")
    return linted(judged.policies.policies, judged)


def _end(found: tuple[Finding, ...], as_json: bool) -> None:
    blocking = sum(finding.blocking for finding in found)
    if as_json:
        told = {"findings": [finding_json(finding) for finding in found], "blocking": blocking}
        put_json(told)
    else:
        tell_findings(found)
        count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
        typer.echo(f"{count}, {blocking} of them blocking." if found else "No findings.")
    if blocking:
        raise typer.Exit(1)

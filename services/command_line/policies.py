"""`vigil policy`: look at the policies in force, check files, put them in force."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
import yaml

from contracts.people import Person
from contracts.policies import Policy
from contracts.schedules import Schedule
from services.command_line.link import linked, me
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told, Trouble
from services.programme import Finding, PersonDraft, lint, load_people, load_policies, load_schedules

app = typer.Typer(cls=Told, no_args_is_help=True, help="Escalation policies: show, check, put in force.")
Folder = Annotated[Path, typer.Argument(help="Folder with one policy in each *.yaml.", show_default=False)]


@app.command()
def apply(
    folder: Folder,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    by: Annotated[str, typer.Option(help="Who decided; your account if left out.")] = "",
) -> None:
    """Put a folder of policies in force, all together; open escalations keep theirs.

    Refused when a finding would leave somebody unpaged.
    """
    asyncio.run(_apply(folder, reason, by or me()))


@app.command("show")
def show_policies(
    name: Annotated[str, typer.Argument(help="One policy in full.", show_default=False)] = "",
) -> None:
    """Show the policies in force, or one of them in full."""
    asyncio.run(_show(name))


@app.command("lint")
def lint_policies(
    folder: Folder,
    roster: Annotated[
        Path | None, typer.Option(help="Folder with people.yaml and schedules.yaml; else those in force.")
    ] = None,
) -> None:
    """Check a folder of policies; exit status 1 when they can't be put in force."""
    if roster is None:
        asyncio.run(_lint_in_force(folder))
        return
    people = load_people(roster / "people.yaml")
    names = [person.id for person in people]
    schedules = load_schedules(roster / "schedules.yaml", people=names)
    found = load_policies(folder, schedules=[s.id for s in schedules], people=names)
    _end(_report(found, schedules, people))


async def _apply(folder: Path, reason: str, by: str) -> None:
    async with linked() as link:
        schedules, people = await link.values("schedules", Schedule), await link.values("people", Person)
        if not people or not schedules:
            raise Trouble("there are no people or no schedules yet; run `vigil roster apply FOLDER` first")
        policies = load_policies(folder, schedules=list(schedules), people=list(people))
        if any(finding.blocking for finding in _report(policies, schedules.values(), people.values())):
            raise Trouble("nothing was changed: mend the findings marked BLOCKING, then apply again")
        applied = await link.administration().apply_policies(policies, by, reason)
    typer.echo(f"In force: version {applied.version}, {len(policies)} policies, by {by}.")


async def _show(name: str) -> None:
    async with linked() as link:
        current = await link.administration().policies()
    if current is None:
        raise Trouble(
            "no policies are in force, so the last resort pages everyone; run `vigil policy apply FOLDER`"
        )
    if name:
        found = next((policy for policy in current.policies if policy.id == name), None)
        if found is None:
            raise Trouble(
                f"there is no policy {name!r}; there are {', '.join(p.id for p in current.policies)}"
            )
        written = found.model_dump(mode="json", exclude_defaults=True)
        typer.echo(yaml.safe_dump(written, sort_keys=False, allow_unicode=True).rstrip())
        return
    why = f": {current.reason}" if current.reason else ""
    title = f"Version {current.version}, by {current.applied_by}, {local(current.applied_at)}{why}"
    ordered = sorted(current.policies, key=lambda policy: (policy.order, policy.id))
    show(table(title, ("order", "policy", "for", "steps", "reach within"), map(_row, ordered)))


async def _lint_in_force(folder: Path) -> None:
    policies = load_policies(folder)
    try:
        async with linked() as link:
            schedules, people = await link.values("schedules", Schedule), await link.values("people", Person)
    except (Trouble, SystemExit):
        raise Trouble(
            "the files can be read, but there is no roster to check them against; "
            "name one with --roster FOLDER, or start Vigil"
        ) from None
    load_policies(folder, schedules=list(schedules), people=list(people))
    _end(_report(policies, schedules.values(), people.values()))


def _report(
    policies: tuple[Policy, ...], schedules: Iterable[Schedule], people: Iterable[Person | PersonDraft]
) -> tuple[Finding, ...]:
    found = lint(policies, schedules, people)
    for finding in found:
        typer.echo(f"{'BLOCKING ' if finding.blocking else ''}{finding}")
    return found


def _end(found: tuple[Finding, ...]) -> None:
    blocking = sum(finding.blocking for finding in found)
    typer.echo(f"{len(found)} findings, {blocking} of them blocking." if found else "No findings.")
    if blocking:
        raise typer.Exit(1)


def _row(policy: Policy) -> tuple[str, ...]:
    applies = policy.applies
    what = [", ".join(kind.value for kind in applies.kinds), ", ".join(u.value for u in applies.urgencies)]
    what += [f"tags {', '.join(applies.tags)}"] if applies.tags else []
    steps = " > ".join(" + ".join(target.label for target in step.page) for step in policy.steps)
    minutes = int(policy.reach_within.total_seconds() // 60)
    return (
        str(policy.order),
        policy.id,
        "; ".join(part for part in what if part) or "everything else",
        steps or "nobody (worklist)",
        f"{minutes} min",
    )

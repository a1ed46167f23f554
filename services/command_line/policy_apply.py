"""`vigil policy apply` and `vigil policy rollback`: put policies in force, as a new version."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from contracts.policies import Policy, PolicySet
from services.command_line import policy_base, version_mark
from services.command_line.link import Link, linked, me
from services.command_line.policy_base import Conflict
from services.command_line.policy_checks import (
    Checked,
    checked,
    finding_json,
    override_of,
    tell,
    with_roster,
)
from services.command_line.shown import counted, put_json
from services.command_line.troubles import Trouble
from services.policy_store import PoliciesChanged
from services.programme import load_policy_folder
from services.programme.policy_text import changed_files, files_named, files_of

Override = Annotated[
    str | None,
    typer.Option(help="Put them in force whatever lint or verify finds; the reason is kept."),
]
By = Annotated[str, typer.Option(help="Who decided; your account if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Plain JSON.")]


def apply(
    folder: Annotated[
        Path, typer.Argument(help="Folder with one policy in each *.yaml.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    by: By = "",
    override: Override = None,
    onto: Annotated[
        str,
        typer.Option(help="The version these files take the place of, when the folder does not say it."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put a folder of policies in force, all together; open escalations keep theirs.

    Refused when lint or verify finds something broken, or when somebody else put other policies in
    force since the folder was made.
    """
    _run(_apply(folder, reason, by or me(), override, onto, as_json), as_json)


def rollback(
    version: Annotated[int, typer.Argument(help="The version to bring back.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, for the record.", show_default=False)],
    by: By = "",
    override: Override = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again, as a new version."""
    _run(_rollback(version, reason, by or me(), override, as_json), as_json)


def _run(work: Coroutine[None, None, None], as_json: bool) -> None:
    try:
        asyncio.run(work)
    except Conflict as conflict:
        if as_json:
            put_json(conflict.told)
        raise


async def _apply(folder: Path, reason: str, by: str, override: str | None, onto: str, as_json: bool) -> None:
    async with linked() as link:
        scene = await with_roster(link)
        schedules, people = list(scene.roster.schedules), list(scene.people)
        written = load_policy_folder(folder, schedules=schedules, people=people)
        store = link.policy_store()
        current = await store.current()
        files = files_named(written.policies, written.sources, written.files)
        if current is not None and files_of(current) == files:
            version_mark.write(folder, current)
            _nothing_new(current, as_json)
            return
        found = await checked(link, written.policies, scene)
        _tell(found, as_json)
        overridden = _override(found, override, as_json)
        based_on = await policy_base.base_of(store, folder, onto, current)
        applied = await _put(
            link, written.policies, written.sources, written.files,
            by=by, reason=reason, based_on=based_on, overridden=overridden, folder=folder,
        )  # fmt: skip
    if not version_mark.write(folder, applied):
        typer.echo(f"{folder / version_mark.NAME} could not be written; next time give --onto", err=True)
    _done(applied, found, as_json)


async def _rollback(version: int, reason: str, by: str, override: str | None, as_json: bool) -> None:
    async with linked() as link:
        store = link.policy_store()
        current, earlier = await store.current(), await store.version(version)
        if current is None or earlier is None:
            raise Trouble(f"there is no version {version}; see `vigil policy history`")
        if files_of(current) == files_of(earlier):
            _nothing_new(current, as_json)
            return
        found = await checked(link, earlier.policies, await with_roster(link))
        _tell(found, as_json)
        overridden = _override(found, override, as_json)
        applied = await _put(
            link, earlier.ordered, earlier.sources, earlier.files,
            by=by, reason=reason, based_on=current.version, overridden=overridden, rolled_back_to=version,
        )  # fmt: skip
    _done(applied, found, as_json)


async def _put(
    link: Link,
    policies: Sequence[Policy],
    sources: Mapping[str, str],
    files: Mapping[str, str],
    *,
    by: str,
    reason: str,
    based_on: int,
    overridden: str,
    folder: Path | None = None,
    rolled_back_to: int | None = None,
) -> PolicySet:
    store = link.policy_store()
    try:
        return await store.apply(
            policies, by, reason, sources=sources, files=files,
            based_on=based_on, overridden=overridden, rolled_back_to=rolled_back_to,
        )  # fmt: skip
    except PoliciesChanged as changed:
        raise await policy_base.moved_on(store, folder, based_on, changed.current) from None


def _override(found: Checked, reason: str | None, as_json: bool) -> str:
    try:
        return override_of(found, reason)
    except Trouble:
        if as_json:
            put_json({"applied": False, "refused": "something is broken", **_found(found)})
        raise


def _tell(found: Checked, as_json: bool) -> None:
    if not as_json:
        tell(found)


def _nothing_new(current: PolicySet, as_json: bool) -> None:
    if as_json:
        put_json({"applied": False, "refused": None, "in_force": policy_base.summary(current)})
    else:
        typer.echo(f"Nothing to change: {policy_base.told(current)} says exactly this.")


def _done(applied: PolicySet, found: Checked, as_json: bool) -> None:
    if as_json:
        version = policy_base.summary(applied)
        put_json({"applied": True, **version, **_found(found), "diff": applied.diff})
        return
    changed = ", ".join(changed_files(applied.diff))
    policies = counted(len(applied.policies), "policy")
    typer.echo(f"In force: version {applied.version}, {policies}, by {applied.applied_by}.")
    typer.echo(f"Changed: {changed or 'nothing but what was said in other words'}.")
    if applied.overridden:
        typer.echo(f"Kept with it: overridden, {applied.overridden}")


def _found(found: Checked) -> dict[str, object]:
    return {"findings": [finding_json(one) for one in found.findings], "holes": list(found.holes)}

"""`vigil policy show`, `history`, `diff`, `export`: what is in force, and every version there was."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.policies import Policy, PolicySet
from services.command_line import policy_base, version_mark
from services.command_line.link import linked
from services.command_line.shown import counted, local, put_json, show, table
from services.command_line.troubles import Trouble, unknown
from services.escalation.coverage.facts import written
from services.policy_store import PolicyStore
from services.programme import load_policy_folder, policy_schema
from services.programme.policy_text import changed_files, difference, files_named, files_of

AsJson = Annotated[bool, typer.Option("--json", help="Plain JSON.")]
Version = Annotated[int | None, typer.Option(help="Another version than the one in force.")]
_SCHEMA = "policy.schema.json"
_FEW = 4
"""More files than so many are counted, not named, in the table of versions."""


def show_policies(
    name: Annotated[str, typer.Argument(help="One policy in full.", show_default=False)] = "",
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Show the policies in force, or one of them as it was written."""
    asyncio.run(_show(name, version, as_json))


def history(as_json: AsJson = False) -> None:
    """Show every version there was: when, by whom, why, and what it changed."""
    asyncio.run(_history(as_json))


def diff(
    one: Annotated[str, typer.Argument(help="A version, `current`, or a folder.", show_default=False)] = "",
    other: Annotated[str, typer.Argument(help="Another of them.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Show what differs: between two versions, or what a folder would change in those in force.

    With one version: from it to the one in force. With nothing: what the version in force changed.
    """
    asyncio.run(_diff(one, other, as_json))


def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.", show_default=False)],
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Write the files of a version as they were applied, comments and all; nothing is overwritten."""
    asyncio.run(_export(folder, version, as_json))


async def _show(name: str, version: int | None, as_json: bool) -> None:
    async with linked() as link:
        current = await _version(link.policy_store(), version)
    if name:
        _show_one(current, name, as_json)
        return
    if as_json:
        policies = [policy.model_dump(mode="json") for policy in current.ordered]
        put_json({**policy_base.summary(current), "policies": policies})
        return
    told = policy_base.told(current)
    title = f"{told[0].upper()}{told[1:]}"
    if current.overridden:
        title += f"\nOverridden: {current.overridden}"
    show(table(title, ("order", "policy", "for", "steps", "reach within"), map(_row, current.ordered)))


def _show_one(current: PolicySet, name: str, as_json: bool) -> None:
    found = next((policy for policy in current.policies if policy.id == name), None)
    if found is None:
        raise unknown("policy", name, (policy.id for policy in current.policies), "vigil policy show")
    (text,) = files_named((found,), current.sources, current.files).values()
    if as_json:
        put_json({"version": current.version, "policy": found.model_dump(mode="json"), "source": text})
    else:
        typer.echo(text.rstrip("\n"))


async def _history(as_json: bool) -> None:
    async with linked() as link:
        versions = await link.policy_store().history()
    if as_json:
        told = [
            {**policy_base.summary(one), "changed": list(changed_files(one.diff)), "diff": one.diff}
            for one in versions
        ]
        put_json(told)
        return
    rows = [_history_row(one) for one in reversed(versions)]
    columns = ("version", "when", "by", "why", "changed")
    show(table("Versions of the policies, the latest first", columns, rows, empty="none were ever applied"))


def _history_row(one: PolicySet) -> tuple[str, ...]:
    back = f" (back to version {one.rolled_back_to})" if one.rolled_back_to else ""
    override = f" OVERRIDDEN: {one.overridden}" if one.overridden else ""
    why = f"{one.reason}{back}{override}".strip()
    files = changed_files(one.diff)
    changed = ", ".join(files) if len(files) <= _FEW else f"{len(files)} files"
    return (str(one.version), local(one.applied_at), one.applied_by, why, changed)


async def _diff(one: str, other: str, as_json: bool) -> None:
    async with linked() as link:
        store = link.policy_store()
        if not one:
            current = await _version(store, None)
            left, right = await _files(store, str(current.version - 1)), await _files(store, "current")
        elif not other and not _is_version(one):
            left, right = await _files(store, "current"), await _files(store, one)
        else:
            left, right = await _files(store, one), await _files(store, other or "current")
    text = difference(left[1], right[1], left[0], right[0])
    if as_json:
        put_json({"from": left[0], "to": right[0], "changed": list(changed_files(text)), "diff": text})
    else:
        typer.echo(text.rstrip("\n") or f"Nothing differs between {left[0]} and {right[0]}.")


async def _files(store: PolicyStore, named: str) -> tuple[str, dict[str, str]]:
    """Return a name for the headings, and the files: of a version, or of a folder."""
    if named == "0":
        return "v0", {}
    if _is_version(named):
        found = await _version(store, None if named == "current" else int(named))
        return f"v{found.version}", files_of(found)
    folder = load_policy_folder(Path(named))
    name = str(Path(named)).replace("/", "_").strip("_.") or "folder"
    return name, files_named(folder.policies, folder.sources, folder.files)


async def _export(folder: Path, version: int | None, as_json: bool) -> None:
    async with linked() as link:
        found = await _version(link.policy_store(), version)
    files = {name: text.encode() for name, text in files_of(found).items()}
    files[_SCHEMA] = (json.dumps(policy_schema(), indent=2) + "\n").encode()
    _write_out(folder, files)
    version_mark.write(folder, found)
    if as_json:
        put_json({"version": found.version, "folder": str(folder), "files": [*files, version_mark.NAME]})
    else:
        typer.echo(
            f"{folder}: version {found.version}, {counted(len(found.policies), 'policy')}, "
            "as they were applied."
        )


def _write_out(folder: Path, files: dict[str, bytes]) -> None:
    """Raise Trouble for whatever would be overwritten, or would be applied beside them; else write."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name == _SCHEMA or path.suffix not in (".yaml", ".yml"):
            continue
        if path.name not in files or path.read_bytes() != files[path.name]:
            raise Trouble(f"{path} is not of this version; nothing was written, name an empty folder")
    for name, data in files.items():
        (folder / name).write_bytes(data)


async def _version(store: PolicyStore, number: int | None) -> PolicySet:
    found = await store.current() if number is None else await store.version(number)
    if found is not None:
        return found
    if number is not None:
        raise Trouble(f"there is no version {number}; see `vigil policy history`")
    raise Trouble(
        "no policies are in force, so the last resort pages everyone; run `vigil policy apply FOLDER`"
    )


def _is_version(named: str) -> bool:
    return named == "current" or named.isdigit()


def _row(policy: Policy) -> tuple[str, ...]:
    steps = " > ".join(" + ".join(target.label for target in step.page) for step in policy.steps)
    within = written(policy.reach_within)
    return (str(policy.order), policy.id, what_for(policy), steps or "nobody (worklist)", within)


def what_for(policy: Policy) -> str:
    """Return which signals a policy is for, in a few words."""
    applies = policy.applies
    what = [", ".join(kind.value for kind in applies.kinds), ", ".join(u.value for u in applies.urgencies)]
    what += [f"tagged {' or '.join(applies.tags)}"] if applies.tags else []
    what += [f"tagged {' and '.join(applies.all_tags)}"] if applies.all_tags else []
    what += [f"not tagged {' or '.join(applies.without_tags)}"] if applies.without_tags else []
    for span in applies.during:
        days = f"{'/'.join(day.value for day in span.days)} " if span.days else ""
        what.append(f"{days}{span.start:%H:%M}-{span.end:%H:%M}")
    return "; ".join(part for part in what if part) or "everything else"

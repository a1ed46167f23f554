"""Two people editing at once: which version a folder was made from, and what happened since."""

from pathlib import Path

from contracts.policies import PolicySet
from services.command_line import version_mark
from services.command_line.shown import local
from services.command_line.troubles import Trouble
from services.policy_store import PolicyStore
from services.programme.policy_text import difference, files_of


class Conflict(Trouble):
    """Another version is in force than the one these files were made from; nothing was changed."""

    def __init__(self, text: str, current: PolicySet, based_on: int | None, diff: str) -> None:
        super().__init__(text)
        self.told: dict[str, object] = {
            "applied": False,
            "refused": "another version is in force",
            "based_on": based_on,
            "in_force": summary(current),
            "diff": diff,
        }


async def base_of(store: PolicyStore, folder: Path, onto: str, current: PolicySet | None) -> int:
    """Return the version that a folder's policies replace, 0 for none.

    `onto` is what the person says it is: a number, or `current`; "" if they say nothing. Raises
    Conflict when that is not the version in force.
    """
    if current is None:
        return 0
    if onto:
        return _said(onto, current)
    mark = version_mark.read(folder)
    if mark is None or not mark.means(await store.version(mark.version)):
        raise unmarked(folder, current)
    if mark.version != current.version:
        raise await moved_on(store, folder, mark.version, current)
    return current.version


async def moved_on(store: PolicyStore, folder: Path | None, based_on: int, current: PolicySet) -> Conflict:
    """Return what to tell whoever changed version `based_on` while others put newer ones in force."""
    versions = await store.history()
    before = next((one for one in versions if one.version == based_on), None)
    since = [told(one) for one in versions if based_on < one.version <= current.version]
    left, right = f"v{based_on}", f"v{current.version}"
    diff = difference(files_of(before) if before else {}, files_of(current), left, right)
    what = f"{folder} was made from version {based_on}" if folder else f"version {based_on} was in force"
    return Conflict(
        f"nothing was changed: {what}, and since then:\n\n"
        + "\n".join(f"  {one}" for one in since)
        + f"\n\n{diff}\n"
        + _go_on(folder, current.version),
        current,
        based_on,
        diff,
    )


def unmarked(folder: Path, current: PolicySet) -> Conflict:
    """Return what to tell whoever applies a folder that does not say what it was made from."""
    return Conflict(
        f"nothing was changed: {folder} has no {version_mark.NAME} of this site, so nobody can tell whether "
        f"it knows what is in force:\n\n  {told(current)}\n\n"
        f"See what it would change: `vigil policy diff {folder}`. If that is all as it should be: "
        f"`vigil policy apply {folder} --onto {current.version}`.",
        current,
        None,
        "",
    )


def told(version: PolicySet) -> str:
    """Return one line on a version: number, who, when, why."""
    why = f": {version.reason}" if version.reason else ""
    return f"version {version.version}, by {version.applied_by}, {local(version.applied_at)}{why}"


def summary(version: PolicySet) -> dict[str, object]:
    """Return what is told of a version as plain values, without the policies themselves."""
    return {
        "version": version.version,
        "by": version.applied_by,
        "at": version.applied_at.isoformat(),
        "reason": version.reason,
        "overridden": version.overridden,
        "rolled_back_to": version.rolled_back_to,
        "policies": [policy.id for policy in version.ordered],
    }


def _said(onto: str, current: PolicySet) -> int:
    if onto == "current" or onto == str(current.version):
        return current.version
    if not onto.isdigit():
        raise Trouble(f"--onto: {onto!r} is no version; give its number, or `current`")
    raise Conflict(
        f"nothing was changed: --onto says {onto}, but in force is {told(current)}; "
        f"see `vigil policy diff {onto} {current.version}`",
        current,
        int(onto),
        "",
    )


def _go_on(folder: Path | None, version: int) -> str:
    if folder is None:
        return "Look at what changed, then decide again."
    return (
        "Your files are as they were. To go on: `vigil policy export OTHER-FOLDER` writes version "
        f"{version}; bring it together with yours, then `vigil policy apply {folder} --onto {version}`."
    )

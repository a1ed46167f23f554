"""Policies as files: the text of each, and what differs between two sets of them."""

import difflib
from collections.abc import Iterator, Mapping

import yaml

from contracts.policies import Policy, PolicySet


def text_of(policy: Policy) -> str:
    """Return a policy as a file that says the same, for one that was never written in a file."""
    written = policy.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True)


def files_of(applied: PolicySet) -> dict[str, str]:
    """Return file name -> text of every policy of a set, in the order in which they are tried."""
    return files_named(applied.ordered, applied.sources, applied.files)


def files_named(
    policies: tuple[Policy, ...], sources: Mapping[str, str], files: Mapping[str, str]
) -> dict[str, str]:
    """Return file name -> text; a policy without a source is written as it stands."""
    return {
        files.get(policy.id, f"{policy.id}.yaml"): sources.get(policy.id) or text_of(policy)
        for policy in policies
    }


def difference(before: Mapping[str, str], after: Mapping[str, str], left: str, right: str) -> str:
    """Return what differs from one set of files to another, as a unified diff; "" when nothing does.

    `left` and `right` say in its headings what the two are: `v3`, `v4`.
    """
    return "".join(_of_each(before, after, left, right))


def changed_files(diff: str) -> tuple[str, ...]:
    """Return the files that a diff touches, as `+added.yaml`, `-removed.yaml` or `changed.yaml`."""
    found, old = [], ""
    for line in diff.splitlines():
        if line.startswith("--- "):
            old = line[4:]
        elif line.startswith("+++ "):
            new = line[4:]
            mark = "+" if old == _NONE else "-" if new == _NONE else ""
            found.append(mark + (old if new == _NONE else new).partition("/")[2])
    return tuple(found)


_NONE = "(none)"


def _of_each(before: Mapping[str, str], after: Mapping[str, str], left: str, right: str) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        lines = difflib.unified_diff(
            _lines(old),
            _lines(new),
            _NONE if old is None else f"{left}/{name}",
            _NONE if new is None else f"{right}/{name}",
        )
        yield from lines


def _lines(text: str | None) -> list[str]:
    """Return the lines, each with its end; a last line without one gets it, for a diff of lines."""
    lines = (text or "").replace("\r\n", "\n").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return lines

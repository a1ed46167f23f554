"""The folder of policies: one in each file, all of them one set."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.policies import Policy, Target
from services.programme import drafts, entries, fields, yaml_text
from services.programme.entries import Names
from services.programme.yaml_text import Document, Place, ProgrammeError, Tree


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """A folder of policies as it stands: what the files say, and the files themselves."""

    policies: tuple[Policy, ...]
    """In the order in which they are tried."""
    sources: dict[str, str]
    """Policy id -> the text of its file, comments and all."""
    files: dict[str, str]
    """Policy id -> the name of its file, where that is not `<id>.yaml`."""


def load_policy_folder(folder: Path, *, schedules: Names = None, people: Names = None) -> PolicyFolder:
    """Return the policies of a folder with their files' text.

    References to schedules and people are checked against the ids given. Raises ProgrammeError.
    """
    policies, documents = read(folder, schedules, people)
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise ProgrammeError(problems)
    sources: dict[str, str] = {}
    files: dict[str, str] = {}
    for document in documents:
        file = Path(document.file)
        tree = document.tree
        name = str(tree.get("id", file.stem)) if isinstance(tree, dict) else file.stem
        sources[name] = document.source
        if file.name != f"{name}.yaml":
            files[name] = file.name
    return PolicyFolder(policies, sources, files)


def read(folder: Path, schedules: Names, people: Names) -> tuple[tuple[Policy, ...], list[Document]]:
    """Return the policies in the order in which they are tried, and the documents with all problems."""
    paths = sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))
    if not paths:
        document = Document(str(folder))
        empty = "holds no policy, so nobody would be paged; add a file such as imminent.yaml"
        document.tell((), empty if folder.is_dir() else "is no folder; name one with policies in it")
        return (), [document]
    found: dict[str, tuple[Policy, str]] = {}
    documents: list[Document] = []
    for path in paths:
        document = yaml_text.read(path)
        documents.append(document)
        policy = _policy(document, path.stem)
        if policy is None:
            continue
        if policy.id in found:
            text = f"`{policy.id}` is taken by {found[policy.id][1]}; give it another id"
            document.tell(("id",), text)
        found.setdefault(policy.id, (policy, str(path)))
        _check_targets(policy, schedules, people, document)
    ordered = sorted((policy for policy, _ in found.values()), key=lambda p: (p.order, p.id))
    return tuple(ordered), documents


def _policy(document: Document, stem: str) -> Policy | None:
    tree = document.tree
    if tree is None:
        return None
    if not isinstance(tree, dict):
        document.tell((), "must hold the fields of one policy, such as `applies:` and `steps:`")
        return None
    _check_values(tree, document)
    policy = fields.checked(Policy, {"id": stem, **tree}, (), document)
    if policy is not None and (problem := drafts.zone_problem(policy.zone)):
        document.tell(("zone",), problem)
    return policy


def _check_values(tree: Tree, document: Document) -> None:
    """Tell what a model would read without complaint but not as it was meant."""
    for at, text in _texts(tree, ()):
        match at:
            case ("hours", "quiet_from" | "until") | ("applies", "during", int(), "start" | "end"):
                try:
                    drafts.wall_clock(text)
                except ValueError as error:
                    document.tell(at, str(error))
            case ("reach_within" | "resolve_within",) | ("steps", int(), "wait" | "wait_at_night"):
                if re.fullmatch(r"\s*0+\s*[smhd]\s*", text):
                    document.tell(at, "is no time at all, so nobody could answer in it; write at least 1m")


def _texts(tree: Tree, at: Place) -> Iterator[tuple[Place, str]]:
    match tree:
        case dict():
            for name, inner in tree.items():
                yield from _texts(inner, (*at, name))
        case list():
            for n, inner in enumerate(tree):
                yield from _texts(inner, (*at, n))
        case str():
            yield at, tree
        case None:
            return


def _check_targets(policy: Policy, schedules: Names, people: Names, document: Document) -> None:
    placed: list[tuple[Place, Target]] = []
    for s, step in enumerate(policy.steps):
        placed += [(("steps", s, "page", t), target) for t, target in enumerate(step.page)]
    for r, further in enumerate(policy.repeat):
        placed += [(("repeat", r, "add", t), target) for t, target in enumerate(further.add)]
    for at, target in placed:
        if target.schedule is not None:
            entries.check_name(target.schedule, schedules, "schedule", (*at, "schedule"), document)
        if target.person is not None:
            entries.check_name(target.person, people, "person", (*at, "person"), document)

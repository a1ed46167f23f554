"""YAML as people write it: every scalar stays text, every field knows its line, all mistakes are told.

Text, because YAML 1.1 reads `02:14` as 134 minutes, `no` and `off` as false and `0412` as 266.
What a field means is decided by the field that wants it, not by how it looks.
"""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

Place = tuple[str | int, ...]
"""Where something stands in a file: field names and list positions, from the top."""

Tree = dict[str, "Tree"] | list["Tree"] | str | None
"""What a file holds; None is a field without a value, already told as a problem."""

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where it stands, what is wrong and what to do."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return f"{place}{self.field}: {self.text}" if self.field else place + self.text


class ProgrammeError(Exception):
    """The files of a programme cannot be used; `problems` holds every reason, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Document:
    """One file as read: its content, the line of every field, and the problems found so far."""

    file: str
    tree: Tree = None
    source: str = ""
    """The text itself, comments and all; empty if it is no text."""
    lines: dict[Place, int] = field(default_factory=dict)
    empty: set[Place] = field(default_factory=set)
    """Fields without a value: told once, so later checks say nothing about them."""
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Place) -> int:
        """Return the line of that field, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def tell(self, path: Place, text: str) -> None:
        """Note a problem with that field."""
        self.problems.append(Problem(self.file, self.line(path), written(path), text))


def read(path: Path) -> Document:
    """Return the file's content with its lines; whatever keeps it from being read is a problem in it."""
    document = Document(str(path))
    try:
        raw = path.read_bytes()
        node = yaml.compose(raw, Loader=_Loader)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        document.tell((), f"cannot be read ({reason}); create it or name another file")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.lines[()] = mark.line + 1 if mark else 1
        document.tell((), f"is no YAML here: {_said(error)}")
    except (yaml.YAMLError, RecursionError) as error:
        document.tell((), f"is no YAML text ({type(error).__name__}); save it as UTF-8")
    else:
        if node is None:
            document.tell((), "is empty; fill it in or remove it")
        else:
            document.tree = _tree(node, (), document)
            document.source = _decoded(raw)
    return document


def written(path: Place) -> str:
    """Return a place as people write it: `steps[2].page[1].schedule`, counting from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _said(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    if "'\\t'" in problem:
        return "a tab; indent with spaces"
    return f"{problem}; check indentation and quotes"


def _decoded(raw: bytes) -> str:
    """Return the text as YAML itself decoded it: UTF-8, or UTF-16 with a mark."""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if utf16 else "utf-8")


class _Loader(yaml.BaseLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = yaml.Mark("", 0, self.line, 0, None, 0)
            text = "`*name` aliases are not followed; write it out"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=mark)
        return super().compose_node(parent, index)


def _tree(node: yaml.Node, path: Place, document: Document) -> Tree:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_tree(child, (*path, n), document) for n, child in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in _NOTHING:
        document.empty.add(path)
        document.tell(path, "has no value; write one or remove the line")
        return None
    return str(node.value)


def _mapping(node: yaml.MappingNode, path: Place, document: Document) -> Tree:
    found: dict[str, Tree] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            text = "has a field whose name is no text; rename it"
            document.problems.append(Problem(document.file, line, written(path), text))
        elif key.value in found:
            first = document.lines[(*path, key.value)]
            text = f"stands twice, first in line {first}; keep one"
            document.problems.append(Problem(document.file, line, written((*path, key.value)), text))
        else:
            document.lines[(*path, key.value)] = line
            found[key.value] = _tree(value, (*path, key.value), document)
    return found

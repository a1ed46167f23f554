"""YAML in which every value knows its line, so that a mistake in a rule is told with its place."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml


class RuleError(Exception):
    """The rule files can't be used; `problems` holds every mistake as `file:line: rule: what is wrong`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a file: a text, a list or a mapping, and where it stands."""

    value: "str | tuple[Node, ...] | Mapping[str, Node]"
    line: int


class Notes:
    """The mistakes found so far in one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []

    def tell(self, line: int, rule: str, text: str) -> None:
        """Note a mistake: the line, the rule or "" and what is wrong with it."""
        self.problems.append(f"{self.file}:{line}: {rule + ': ' if rule else ''}{text}")


def parse(text: str, notes: Notes) -> Node | None:
    """Return the content of a file, or None with the reason noted."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        notes.tell(mark.line + 1 if mark else 1, "", f"is no YAML here: {error.problem or error.context}")
        return None
    except yaml.YAMLError as error:
        notes.tell(1, "", f"is no YAML text ({type(error).__name__}); save it as UTF-8")
        return None
    if node is None:
        notes.tell(1, "", "is empty; fill it in or remove it")
        return None
    return _node(node, notes)


def _node(node: yaml.Node, notes: Notes) -> Node:
    line = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            found: dict[str, Node] = {}
            for key, value in node.value:
                if str(key.value) in found:
                    notes.tell(key.start_mark.line + 1, "", f"{key.value!r} stands twice; keep one")
                found[str(key.value)] = _node(value, notes)
            return Node(found, line)
        case yaml.SequenceNode():
            return Node(tuple(_node(child, notes) for child in node.value), line)
        case _:
            return Node(str(node.value), line)

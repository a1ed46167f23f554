"""`.env.example`, from the settings classes: `python -m services.command_line.env_file` writes it."""

import ast
import importlib
import inspect
import itertools
import json
import sys
import textwrap
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import services

FILE = Path(services.__file__).parents[1] / ".env.example"
GROUPS = (
    ("Every process", "services.runtime.settings"),
    ("paging", "services.paging.settings"),
    ("conversation (the crisis line)", "services.conversation.settings"),
    ("gateway", "services.gateway.settings"),
    ("escalation", "services.escalation.settings"),
    ("roster", "services.roster.settings"),
    ("attendance", "services.attendance.settings"),
    ("followup", "services.followup.settings"),
    ("console", "services.console.settings"),
    ("watchdog", "services.watchdog.settings"),
    ("ledger, and whoever reads it", "services.books.settings"),
    ("reports: the site's targets, each with its source", "services.books.targets"),
    ("`vigil`, the command line", "services.command_line.settings"),
    ("The carrier emulator (demo and tests only)", "services.carrier_emulator.settings"),
)
_HEAD = """\
# Settings of Vigil, with their units and defaults. Generated: `python -m services.command_line.env_file`.
# A line without a value must be filled in; one that begins with # shows the default.
# Export them, or give this file to whatever starts Vigil. A wrong value stops the start with its name.
"""


def text() -> str:
    """Return the whole file: every variable once, under the first process that reads it."""
    parts, seen = [_HEAD], set[str]()
    for title, module in GROUPS:
        lines: list[str] = []
        for kind in _classes(module):
            for name, info in kind.model_fields.items():
                variable = _variable(kind, name, info)
                if variable not in seen:
                    needed = info.is_required() and "EMULATOR" not in variable
                    lines += _lines(variable, info, _described(kind, name, info), needed=needed)
                seen.add(variable)
        if lines:
            parts += [f"## {title}", "", *lines]
    return "\n".join(parts)


def main() -> None:
    """Write the file."""
    FILE.write_text(text())
    sys.stdout.write(f"{FILE} written\n")


def _classes(module: str) -> list[type[BaseSettings]]:
    loaded = importlib.import_module(module)
    return [
        value
        for value in vars(loaded).values()
        if isinstance(value, type) and issubclass(value, BaseSettings) and value.__module__ == module
    ]


def _variable(kind: type[BaseSettings], name: str, info: FieldInfo) -> str:
    if isinstance(info.validation_alias, str):
        return info.validation_alias
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def _lines(variable: str, info: FieldInfo, description: str, *, needed: bool) -> list[str]:
    said = textwrap.wrap(description, 108, initial_indent="# ", subsequent_indent="# ")
    if needed:
        return [*said, f"{variable}=", ""]
    return [*said, f"#{variable}={_written(info)}", ""]


def _written(info: FieldInfo) -> str:
    value: Any = None if info.is_required() else info.get_default(call_default_factory=True)
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case dict() | list() | tuple():
            return json.dumps(value)
        case _:
            return str(value)


def _described(kind: type[BaseSettings], name: str, info: FieldInfo) -> str:
    """Return what the field says of itself: its description, else the docstring below it."""
    said = info.description or _docstrings(kind).get(name, "")
    limits = [f"{_words(rule)}" for rule in info.metadata if _words(rule)]
    return " ".join([said, f"({', '.join(limits)})"]) if limits else said


def _docstrings(kind: type[BaseSettings]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: " ".join(after.value.value.split())
        for field, after in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(after.value.value, str)
    }


def _words(rule: object) -> str:
    for attribute, word in (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most")):
        if hasattr(rule, attribute):
            return f"{word} {getattr(rule, attribute):g}"
    return ""


if __name__ == "__main__":
    main()

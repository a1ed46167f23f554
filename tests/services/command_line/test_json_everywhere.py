"""Every command that tells something of rosters, policies and drills can tell it as JSON."""

import click
import pytest
import typer.main

from services.cli import app

GROUPS = ("roster", "policy", "verify", "drill", "who", "page-test")
"""What stands at the top of `vigil` and belongs to rosters and policies."""


def commands(group: click.Command, name: str) -> list[tuple[str, click.Command]]:
    found = getattr(group, "commands", None)
    if found is None:
        return [(name, group)]
    return [one for word, held in found.items() for one in commands(held, f"{name} {word}")]


TOP = typer.main.get_command(app).commands  # type: ignore[attr-defined]
ALL = [one for name in GROUPS for one in commands(TOP[name], name)]


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_it_has_json_and_says_what_it_does_and_what_each_word_means(
    name: str, command: click.Command
) -> None:
    options = {option for param in command.params for option in param.opts}
    unexplained = [param.name for param in command.params if not getattr(param, "help", "")]

    assert "--json" in options
    assert command.help and command.help.strip().endswith(".")
    assert not unexplained

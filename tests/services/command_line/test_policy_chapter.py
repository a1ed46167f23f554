"""The chapter on policies: its example is read, and its commands say what it says they say.

`python -m tests.services.command_line.test_policy_chapter` runs the commands again and writes what
they say into it, for whoever changed what they say.
"""

import contextlib
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import programme
from tests.services.command_line.policy_site import PolicySite
from tests.services.programme.test_schema import SCHEMA
from tests.support.site import DEPLOY

FOLDER = Path(__file__).parents[3] / "services" / "escalation"
CHAPTERS = [path for path in sorted(FOLDER.glob("*.md")) if "# Every field of a policy." in path.read_text()]
WHEN = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d [A-Z][a-z]{2}( 20\d\d)? \d\d:\d\d\b( [A-Z]{3,4}\b)?")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def plain(text: str) -> str:
    """Return the text with every moment alike, and without the spaces that columns end with."""
    lines = WHEN.sub("<when>", text).splitlines()
    return "\n".join(re.sub(r" {2,}", "  ", line).rstrip() for line in lines).strip()


def commands(block: str) -> list[tuple[str, str]]:
    """Return each command of a block with what it is said to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)
def test_the_example_of_the_language_uses_every_field_and_is_read(chapter, tmp_path):
    example = next(text for text in blocks(chapter.read_text(), "yaml") if "# Every field" in text)
    (tmp_path / "example.yaml").write_text(example)
    demo = programme.load(DEPLOY / "demo", DEPLOY / "policies")
    schedules, people = [one.id for one in demo.schedules], [one.id for one in demo.people]
    (policy,) = programme.load_policies(tmp_path, schedules=schedules, people=people)

    fields = {*SCHEMA["properties"], *SCHEMA["$defs"]["Applies"]["properties"]} - {"hours"}
    fields |= {field for name in ("Step", "Round", "Window") for field in SCHEMA["$defs"][name]["properties"]}
    assert [field for field in sorted(fields) if not re.search(rf"\b{field}:", example)] == []
    assert "hours: {quiet_from:" in chapter.read_text()
    found = programme.lint([*demo.policies, policy], demo.schedules, demo.people)
    assert [str(one) for one in found] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)
def test_each_command_prints_what_the_chapter_shows(chapter, tmp_path):
    with opened(tmp_path) as site:
        told = [one for block in blocks(chapter.read_text(), "console") for one in commands(block)]
        for command, shown in told:
            if ours(command):
                assert plain(said(site, command)) == plain(shown), command


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[PolicySite]:
    """Yield a site with the shipped policies as version 1, from within an empty folder."""
    site = PolicySite(folder / "site")
    site.environment["COLUMNS"] = "140"
    (folder / "work").mkdir()
    site.open()
    try:
        site.vigil("policy", "apply", str(site.shipped("shipped")), "--by", "kim", "--reason", "first")
        with contextlib.chdir(folder / "work"):
            yield site
    finally:
        site.close()


def ours(command: str) -> bool:
    """Return whether it belongs to this chapter, wherever the chapter stands."""
    words = ("vigil policy show", "vigil policy lint", "vigil policy explain", "vigil policy diff",
             "vigil policy apply", "vigil policy history", "vigil policy rollback", "vigil policy export",
             "vigil policy route", "sed ", "cp ")  # fmt: skip
    return command.startswith(words)


def said(site: PolicySite, command: str) -> str:
    if not command.startswith("vigil "):
        return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
    result = site.vigil(*shlex.split(command)[1:])
    return result.stdout + result.stderr


def fill(chapter: Path) -> None:
    """Write what each command says into the chapter."""

    def filled(block: re.Match[str]) -> str:
        told = [
            (command, said(site, command) if ours(command) else shown)
            for command, shown in commands(block[1])
        ]
        parts = [
            f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in text.splitlines())
            for command, text in told
        ]
        return f"```console\n{''.join(parts)}```"

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as site:
        text = re.sub(r"^```console\n(.*?)^```", filled, chapter.read_text(), flags=re.MULTILINE | re.DOTALL)
    chapter.write_text(text)


if __name__ == "__main__":
    for path in CHAPTERS:
        fill(path)

"""The chapter on the roster's commands: what it shows is what they print.

`python -m tests.services.command_line.test_roster_chapter` runs the commands and writes what they
print into it, for whoever changed that.
"""

import contextlib
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client

from services.administration import Administration
from services.programme.people_csv import read_people
from services.runtime.sealing import load_or_create
from tests.support.site import Site

MARK = "# The roster at a terminal"
CHAPTERS = [
    path
    for path in sorted((Path(__file__).parents[3] / "services" / "roster").glob("*.md"))
    if MARK in path.read_text()
]
MOMENT = r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d [A-Z][a-z]{2}( 20\d\d)? \d\d:\d\d\b( [A-Z]{3,4}\b)?"
VARYING = (
    (MOMENT, "<when>"),
    (r"\b(cli|l|sw)-[0-9a-f]{6}\b", r"\1-<id>"),
    (r"calendar/[\w-]{43}", "calendar/<secret>"),
    (r"\b[0-9a-f]{16}\b", "<feed>"),
    (r"\b\d+ shifts\b", "<n> shifts"),
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, str]]:
    """Return each command of a block with what it is said to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def plain(text: str) -> str:
    """Return the text with everything alike that differs each time."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return "\n".join(re.sub(r" {2,}", "  ", line).rstrip() for line in text.splitlines()).strip()


def part(text: str) -> str:
    """Return this chapter only, wherever it stands."""
    return text[text.index(MARK) :]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)
def test_each_command_prints_what_the_chapter_shows(chapter: Path, tmp_path: Path) -> None:
    text = part(chapter.read_text())
    with opened(tmp_path, text) as site:
        for block in blocks(text, "console"):
            for command, shown in commands(block):
                if ours(command):
                    assert plain(said(site, command)) == plain(shown), command


def ours(command: str) -> bool:
    return command.startswith(("vigil roster ", "sed "))


@contextlib.contextmanager
def opened(folder: Path, text: str) -> Iterator[Site]:
    """Yield a site with the chapter's roster in force, from within a folder that holds its files."""
    site = Site(folder / "site")
    site.environment |= {"COLUMNS": "150", "LOGNAME": "jo", "VIGIL_PUBLIC_URL": "https://vigil.example.org"}
    roster = folder / "work" / "roster"
    roster.mkdir(parents=True)
    (roster / "people.csv").write_text(blocks(text, "csv")[0])
    (roster / "schedules.yaml").write_text(blocks(text, "yaml")[0])
    site.open()
    try:
        assert site.vigil("roster", "apply", str(roster)).exit_code == 0

        async def verified(nc: Client) -> None:
            now = datetime.now(UTC)
            seals = load_or_create(site.var / "secrets" / "seal.json")
            people = [one for one in read_people(roster / "people.csv") if one.id != "ana"]
            await Administration(nc, seals, lambda: now).put_people(people, verified=now)

        site.as_admin(verified)
        with contextlib.chdir(folder / "work"):
            yield site
    finally:
        site.close()


def said(site: Site, command: str) -> str:
    if not command.startswith("vigil "):
        return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
    result = site.vigil(*shlex.split(command)[1:])
    return result.stdout + result.stderr


def fill(chapter: Path) -> None:
    """Write what each command prints into the chapter."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), part(chapter.read_text())) as site:

        def filled(block: re.Match[str]) -> str:
            told = [
                (command, said(site, command) if ours(command) else s) for command, s in commands(block[1])
            ]
            shown = (
                f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in text.splitlines())
                for command, text in told
            )
            return f"```console\n{''.join(shown)}```"

        whole = chapter.read_text()
        before, mine = whole[: whole.index(MARK)], part(whole)
        chapter.write_text(
            before + re.sub(r"^```console\n(.*?)^```", filled, mine, flags=re.MULTILINE | re.DOTALL)
        )


if __name__ == "__main__":
    for one in CHAPTERS:
        fill(one)

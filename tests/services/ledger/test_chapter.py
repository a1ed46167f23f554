"""The chapter's commands say what it says they say; those that need a server are played in tests/system."""

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from services.books.database import open_books
from services.cli import app
from services.ledger import app as ledger_app
from services.ledger.writer import Writer
from tests.services.ledger.log import at, brief, commit, opened
from tests.services.ledger.test_books import Log

CHAPTER = Path(ledger_app.__file__).with_name("README.md")


def commands(number: int) -> list[tuple[str, str]]:
    """Return each command of a block with what it is said to print."""
    block = re.findall(r"^```console\n(.*?)^```", CHAPTER.read_text(), re.MULTILINE | re.DOTALL)[number]
    parts = re.split(r"^\$ vigil ", block, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def alike(text: str) -> str:
    """Return it without the width of columns."""
    return "\n".join(re.sub(r" {2,}", "  ", line).rstrip() for line in text.strip().splitlines())


def said(command: str, environment: dict[str, str]) -> str:
    wide = {"COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1", **environment}
    result = CliRunner().invoke(app, shlex.split(command), env=wide)
    assert result.exit_code == 0, result.output
    return result.output


def two_runs() -> Log:
    """Ben takes after 90 s, reaches after 400 s, resolves after 500 s; Ana after 12, 30 and 40 minutes."""
    log: Log = []
    for number, who, *moments in ((1, "ben", 2, 90, 400, 500), (2, "ana", 3, 720, 1800, 2400)):
        run, page = f"r{number}", f"p{number}"
        paged, taken, reached, resolved = moments
        subject, place = f"escalations.pt_{number}", 10 * number
        about = {"page": page, "responder": who, "run": run, "purpose": "page"}
        waiting = [{"type": "attempt_waiting", "attempt": 1, "channel": "sms"}]
        accepted = [{"type": "attempt_accepted", "attempt": 1, "sid": "SM"}]
        held = [{"type": "held", "responder": who}]
        closed = [{"type": "resolved", "responder": who, "disposition": "spoke"}]
        log += [
            ("ESCALATIONS", commit(subject, place, 0, [opened(run)], brief(run))),
            ("PAGES", commit(f"pages.{who}.{page}", place, 0, waiting, about)),
            ("PAGES", commit(f"pages.{who}.{page}", place + 1, paged, accepted, about)),
            ("ESCALATIONS", commit(subject, place + 1, taken, held, brief(run, "held", who))),
            (
                "ESCALATIONS",
                commit(
                    subject,
                    place + 2,
                    reached,
                    [{"type": "reached", "responder": who}],
                    brief(run, "reached", who),
                ),
            ),
            ("ESCALATIONS", commit(subject, place + 3, resolved, closed, brief(run, "closed"))),
        ]
    return log


def test_each_report_prints_what_the_chapter_shows(url: str, tmp_path: Path) -> None:
    """From either database; the page that prints is written too."""
    books = open_books(url)
    writer = Writer(books)
    writer.begin()
    writer.write(two_runs(), at(3000))
    books.close()
    environment = {"VIGIL_VAR": str(tmp_path), "VIGIL_LEDGER_URL": url}

    for command, shown in commands(0):
        assert alike(said(command, environment)) == alike(shown), command
    said(f"report unreached --html {tmp_path / 'page.html'} --from 2026-11-24", environment)
    assert "Not reached in time" in (tmp_path / "page.html").read_text()


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path) -> None:
    def told(command: str, **environment: str) -> str:
        result = CliRunner().invoke(
            app, shlex.split(command), env={"VIGIL_VAR": str(tmp_path), **environment}
        )
        assert result.exit_code == 1
        return result.output

    assert "no books yet" in told("report times")
    assert "VIGIL_LEDGER_URL: Value error, names no file" in told(
        "report times", VIGIL_LEDGER_URL="sqlite://"
    )
    gone = f"postgresql://vigil:secret@/x?host={tmp_path}"
    assert "secret" not in told("report times", VIGIL_LEDGER_URL=gone)
    assert "VIGIL_LEDGER_ZONE" in told("report times", VIGIL_LEDGER_ZONE="Mars")
    assert "VIGIL_TARGET_REACH_URGENT" in told("report times", VIGIL_TARGET_REACH_URGENT="soon")

"""Whatever is said in the contracts, no text, no sealed value, no name and no phone gets into the books."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import contracts
from services.ledger.core.rows import EDITED, rows_of
from services.runtime.log import Stored
from tests.services.ledger.log import START, at, commit, opened

EXAMPLES = sorted((Path(contracts.__file__).parent / "examples").glob("*.json"))
_SUBJECTS = {
    "escalations": ("ESCALATIONS", "escalations.pt_1"),
    "pages": ("PAGES", "pages.ana.p1"),
    "conversations": ("CONVERSATIONS", "conversations.pt_1"),
    "outreach": ("CONVERSATIONS", "conversations.pt_1"),
    "triages": ("TRIAGE", "triage.pt_1"),
    "attendance": ("ATTENDANCES", "attendances.s1.pt_1"),
    "followups": ("FOLLOWUPS", "followups.pt_1"),
    "deliveries": ("DELIVERIES", "deliveries.ehr.d1"),
}
_HIDDEN = frozenset(
    "text note box body name told nature affiliation title diagnostics shown_as reason basis purpose "
    "label summary address phone phone_ref spoken pin_hash password diff".split()
)
"""Fields whose content must not be found in any cell."""
_MARK = "Luz Rivera wants help"


def marked(said: object, field: str = "") -> object:
    """Return it with every free text, and every part of what is sealed, made recognisable."""
    match said:
        case dict():
            return {name: marked(one, name) for name, one in said.items()}
        case list():
            return [marked(one, field) for one in said]
        case str() if field in _HIDDEN and " " not in said.strip() and field in ("what", "purpose", "reason"):
            return said
        case str() if field in _HIDDEN:
            return _MARK
        case _other:
            return said


def messages() -> Iterator[tuple[str, str, Stored]]:
    for path in EXAMPLES:
        module, kind = path.name.split(".")[:2]
        said = marked(json.loads(path.read_text()))
        if not isinstance(said, dict):
            continue
        if module in _SUBJECTS and "type" in said:
            stream, subject = _SUBJECTS[module]
            yield path.name, stream, commit(subject, 2, 10, [opened("r1"), said])
        else:
            data = json.dumps(said).encode()
            yield path.name, "PROGRAMME", Stored(f"programme.{kind}.pt_1", 2, data, {}, at(10))
            for bucket in EDITED:
                yield path.name, f"KV_{bucket}", Stored(f"$KV.{bucket}.one", 2, data, {}, at(10))


@pytest.mark.parametrize("stream", sorted({stream for _, stream, _ in messages()}))
def test_no_words_of_anybody_are_in_the_books(stream: str) -> None:
    seen = 0
    for name, own, stored in messages():
        if own != stream:
            continue
        for one in rows_of(own, stored.subject, stored.sequence, START, stored.headers, stored.data):
            seen += 1
            cells = [*dict(one.key).values(), *one.last.values(), *one.first.values()]
            for cell in cells:
                assert not (isinstance(cell, str) and ("Rivera" in cell or "+1" in cell)), (name, one)
    assert seen


def test_a_code_to_verify_a_phone_is_in_no_timeline() -> None:
    texted = {"type": "code_texted", "page": "p1", "responder": "ana", "run": "none", "code": "123456"}
    stored = commit("pages.ana.p1", 1, 0, [texted])
    changes = rows_of("PAGES", stored.subject, 1, START, stored.headers, stored.data)
    assert "123456" not in repr(changes)


def test_who_read_what_is_kept_and_why_stays_in_the_log() -> None:
    said = {
        "patient": "pt_1",
        "by": "kim",
        "at": at(5).isoformat(),
        "shown": ["name", "phone"],
        "why": "a call",
    }
    (row,) = rows_of("PROGRAMME", "programme.patient_revealed.pt_1", 7, START, {}, json.dumps(said).encode())
    assert row.table == "readings"
    assert (row.last["who"], row.last["patient"], row.last["what"]) == (
        "kim",
        "pt_1",
        "patient_revealed:name,phone",
    )
    assert "a call" not in repr(row)

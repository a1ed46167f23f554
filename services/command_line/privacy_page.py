"""A record as JSON, and as a page to read and to print. Pure, but for the template."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

Record = dict[str, Any]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def as_json(record: Record) -> str:
    """Return it for machines."""
    return json.dumps(record, indent=2, ensure_ascii=False)


def as_html(record: Record) -> str:
    """Return it as a page to read and to print; nothing in it is fetched from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    head = [
        ("for", record["to"]),
        ("purpose", record["purpose"]),
        ("ground", record["ground"]),
        ("taken out", f"{_when(record['at'])} by {record['by']}"),
    ]
    sections = [
        ("Pictures and other files", record["files"]),
        ("Screens, specimens and doses", record["screens_and_tests"]),
        ("Attendance", record["attendance"]),
        ("Tasks and caring contacts", record["follow_up"]),
        ("What the programme reported", record["programme"]),
        ("Legal holds", record["legal_holds"]),
        ("To whom it was disclosed", record["accounting_of_disclosures"]),
        ("Who changed it", record["log"]),
    ]
    return environment.get_template("record.html").render(
        notice=record["notice"],
        erased=record.get("erased", ""),
        head=head,
        also=record["also_known_as"],
        patient=_lines(record["patient"]),
        transcript=[{**one, "at": _when(one["at"])} for one in record["transcript"]],
        story=[{**one, "at": _when(one["at"])} for one in record["story"]],
        readings=[{**one, "at": _when(one["at"])} for one in record["readings"]],
        sections=[(title, [_row(one) for one in found]) for title, found in sections],
    )


def _row(event: Record) -> tuple[str, str, list[tuple[str, str]]]:
    what = _CAPITAL.sub(" ", str(event.get("type") or event.get("what") or "")).replace("_", " ").lower()
    rest = {
        key: value
        for key, value in event.items()
        if key not in ("type", "what", "at", "patient", "recorded_at")
    }
    return _when(event.get("at", event.get("since", ""))), what, _lines(rest)


def _lines(fields: Record, before: str = "") -> list[tuple[str, str]]:
    """Return nested fields as flat lines; what says nothing is left out."""
    lines: list[tuple[str, str]] = []
    for key, value in fields.items():
        name = f"{before}{key.replace('_', ' ')}"
        match value:
            case None | "" | [] | False:
                continue
            case dict():
                lines += _lines(value, f"{name}, ")
            case [dict(), *_]:
                for number, one in enumerate(value, start=1):
                    lines += _lines(one, f"{name} {number}, ")
            case list():
                lines.append((name, ", ".join(str(one) for one in value)))
            case _other:
                lines.append((name, _when(value) if _MOMENT.match(str(value)) else str(value)))
    return lines


def _when(moment: object) -> str:
    """Return a moment as people read it, UTC; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(str(moment)):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return str(moment or "")

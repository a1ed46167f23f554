"""Labelled texts: a CSV with the columns `text`, `label` and, if wanted, `classes`; others are ignored."""

import csv
import io
from dataclasses import dataclass

from contracts.values import Urgency
from services.triage.texts.values import RiskClass

LABELS = (Urgency.IMMINENT, Urgency.URGENT)
"""What a text of the crisis line can be; nothing is lower than urgent."""


class LabelError(Exception):
    """A file of labelled texts can't be used; the text says which line, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with what a person says it is."""

    text: str
    label: Urgency
    classes: frozenset[RiskClass] | None
    """None: the file says nothing of classes."""


def parse(content: str, file: str) -> tuple[Labelled, ...]:
    """Return the texts of a CSV file; raises LabelError at the first line that can't be read."""
    rows = csv.DictReader(io.StringIO(content))
    for needed in ("text", "label"):
        if needed not in (rows.fieldnames or ()):
            raise LabelError(f"{file}:1: has no column {needed!r}; the first line names text,label[,classes]")
    found: list[Labelled] = []
    for row in rows:
        place = f"{file}:{rows.line_num}"
        if row["text"] is None or row["label"] is None:
            raise LabelError(f"{place}: has fewer fields than the first line; quote texts that hold a comma")
        found.append(Labelled(row["text"], _label(row["label"], place), _classes(row.get("classes"), place)))
    if not found:
        raise LabelError(f"{file}: holds no text; write one line for each")
    return tuple(found)


def _label(written: str, place: str) -> Urgency:
    for label in LABELS:
        if label.value == written.strip():
            return label
    raise LabelError(f"{place}: label {written!r} is none of {', '.join(LABELS)}")


def _classes(written: str | None, place: str) -> frozenset[RiskClass] | None:
    if written is None:
        return None
    names = written.split()
    unknown = sorted(set(names) - {risk.value for risk in RiskClass})
    if unknown:
        raise LabelError(f"{place}: no class {', '.join(unknown)}; there are {', '.join(RiskClass)}")
    return frozenset(RiskClass(name) for name in names)

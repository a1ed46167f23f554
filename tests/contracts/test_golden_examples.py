"""What the first version wrote is still read, whole, as what it was."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts import golden
from contracts.attendance import AttendanceEvent
from contracts.carrier import CarrierFact
from contracts.conversations import ConversationEvent
from contracts.deliveries import DeliveryEvent, RunTold, ScreenTold
from contracts.escalations import EscalationEvent
from contracts.facts import Fact
from contracts.followups import FollowupEvent
from contracts.notices import NoticeSent
from contracts.outreach import Outreach, OutreachEnded
from contracts.pages import Answer, PageEvent
from contracts.triages import TriageEvent
from contracts.values import Value

FOLDER = Path(golden.__file__).parent / "examples"
TYPES = golden.types()
UNIONS: dict[str, TypeAdapter[Any]] = {
    "attendance": TypeAdapter(AttendanceEvent),
    "carrier": TypeAdapter(CarrierFact),
    "conversations": TypeAdapter(ConversationEvent),
    "deliveries": TypeAdapter(DeliveryEvent),
    "escalations": TypeAdapter(EscalationEvent),
    "facts": TypeAdapter(Fact),
    "followups": TypeAdapter(FollowupEvent),
    "outreach": TypeAdapter(Outreach | OutreachEnded),
    "pages": TypeAdapter(PageEvent),
    "triages": TypeAdapter(TriageEvent),
}
STORED = sorted(FOLDER.glob("*.json"))


def kind_of(path: Path) -> type[Value]:
    return TYPES[path.name.removesuffix(".v1.json")]


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_an_example(name: str) -> None:
    assert golden.path(FOLDER, name).exists(), "run `make contracts`, look at the new file, and commit it"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_an_example_is_read_and_nothing_of_it_is_lost(path: Path) -> None:
    stored = json.loads(path.read_text())

    value = kind_of(path).model_validate_json(path.read_bytes())

    assert lost(stored, json.loads(value.model_dump_json())) == []


_PARTS = (Answer, NoticeSent, RunTold, ScreenTold)
EVENTS = [path for path in STORED if "type" in json.loads(path.read_text()) and kind_of(path) not in _PARTS]
"""Every event; an answer and a notice are only ever parts of `asked`."""


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_is_found_by_its_type_in_its_union(path: Path) -> None:
    module = path.name.split(".")[0]

    value = UNIONS[module].validate_json(path.read_bytes())

    assert type(value) is kind_of(path)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_what_a_newer_version_added_is_ignored(path: Path) -> None:
    kind = kind_of(path)
    stored = json.loads(path.read_text())

    value = kind.model_validate(with_news(stored))

    assert lost(stored, value.model_dump(mode="json")) == []


def test_making_examples_again_never_touches_those_that_exist(tmp_path: Path) -> None:
    golden.make_missing(tmp_path)
    edited = golden.path(tmp_path, "signals.signal")
    edited.write_text("{}")

    assert golden.make_missing(tmp_path) == ()
    assert edited.read_text() == "{}"


def test_examples_are_made_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"

    golden.make_missing(first)
    golden.make_missing(second)

    assert digests(first) == digests(second)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def lost(stored: Any, read: Any, at: str = "") -> list[str]:
    """Return every place where what was stored is not in what was read; more may be in it."""
    match stored, read:
        case dict(), dict():
            return [place for key in stored for place in lost(stored[key], read.get(key), f"{at}.{key}")]
        case list(), list() if len(stored) == len(read):
            return [
                p for n, pair in enumerate(zip(stored, read, strict=True)) for p in lost(*pair, f"{at}[{n}]")
            ]
        case _:
            return [] if stored == read else [at]


_FREE = ("args", "state", "facts", "sources", "boxes")


def with_news(stored: Any) -> Any:
    """Return it with a field of tomorrow in every object; `args` and a commit's state are free anyway."""
    match stored:
        case dict():
            inner = {key: value if key in _FREE else with_news(value) for key, value in stored.items()}
            return {**inner, "field_of_tomorrow": {"a": 1}}
        case list():
            return [with_news(one) for one in stored]
        case _:
            return stored

"""What is judged when folders stand in for what is in force."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.schedules import Leave
from services.administration import Administration
from services.command_line.people_of_files import KNOWN, TRUSTED, people_of
from services.command_line.scene import nothing, of_folders
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import Roster
from services.programme import MethodDraft, PersonDraft
from services.runtime.sealing import Seals
from tests.services.command_line import verify_files

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
SEALS = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
KIM = PersonDraft(
    id="kim", name="Kim", methods=(MethodDraft(sms="+12025550101"), MethodDraft(voice="+12025550101"))
)


def test_people_of_files_count_as_verified() -> None:
    kim = people_of([KIM], {})["kim"]

    assert [method.id for method in kim.sound_methods] == ["m1", "m2"]
    assert len({method.phone_ref for method in kim.methods}) == 1


def test_what_vigil_knows_of_a_phone_in_the_file_stands_wherever_it_is_written() -> None:
    office = Administration(None, SEALS, lambda: NOW)  # type: ignore[arg-type]  # writes nothing here
    stored = office.person(KIM, None)
    texts = stored.methods[0].model_copy(update={"dead_since": NOW, "dead_reason": "opted out"})
    stored = stored.model_copy(update={"methods": (texts, *stored.methods[1:])})
    fresh = MethodDraft(sms="+12025550102")

    kim = people_of([KIM.model_copy(update={"methods": (fresh, *KIM.methods)})], {"kim": stored}, SEALS)[
        "kim"
    ]

    assert [(method.id, method.dead_since, bool(method.verified_at)) for method in kim.methods] == [
        ("m1", None, True),
        ("m2", NOW, False),
        ("m3", None, False),
    ]


def test_a_folder_takes_the_place_of_the_whole_roster_in_force(tmp_path: Path) -> None:
    folder = verify_files.programme(tmp_path / "roster")
    leave = Leave(id="l1", person="north_0", start=NOW, end=NOW + timedelta(days=90), recorded_at=NOW)
    before = replace(
        nothing(NOW), roster=Roster(leaves={"l1": leave}), origin="policies in force, roster in force"
    )

    alone = of_folders(before, None, folder)
    known = of_folders(before, None, folder, SEALS)

    assert (alone.remark, known.remark) == (TRUSTED, KNOWN)
    assert alone.origin == f"policies in force, roster of {folder}"
    assert not alone.roster.leaves and set(alone.shifts) == set(alone.roster.schedules)
    assert alone.named("north_0") == "North 0 (north_0)" and alone.first_name("north_0") == "North 0"
    assert alone.therapists == tuple(alone.people), "without patients everybody may be one"


def test_a_folder_is_compiled_for_any_moment_and_what_is_in_force_only_ahead(tmp_path: Path) -> None:
    scene = of_folders(nothing(NOW), None, verify_files.programme(tmp_path / "roster"))
    past = NOW - timedelta(days=400)

    assert all(shifts.on(past) for shifts in scene.around(past).shifts.values())
    with pytest.raises(Trouble, match="shifts that are over are no longer known"):
        replace(scene, of_folder=False).around(past)

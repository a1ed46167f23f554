from pathlib import Path

from services.carrier_emulator.demo import cast
from services.carrier_emulator.demo.settings import DemoSettings
from services.command_line import demo

FOLDER = demo.DEPLOY / "demo"


def test_pins_are_read_only_where_the_demo_asks_for_them():
    assert {member.pin for member in cast.read(FOLDER).everybody} == {""}
    assert all(member.pin for member in cast.read(FOLDER, with_pins=True).staff)


def test_pins_are_off_unless_a_demo_is_started_with_its_own_people():
    environment = demo.environment(demo.Secrets("a", "b", "c"), demo.Ports())

    assert DemoSettings().demo_pins is False
    assert environment["VIGIL_DEMO_PINS"] == "true"
    assert Path(environment["VIGIL_DEMO_FOLDER"]) == FOLDER


def test_patients_have_no_pin_and_the_language_they_write():
    patients = {member.id: member for member in cast.read(FOLDER, with_pins=True).patients}

    assert {member.pin for member in patients.values()} == {""}
    assert patients["demo_2"].language == "es"

"""`.env.example` names every setting there is."""

import re

from services.command_line import env_file


def test_the_example_is_what_the_settings_classes_say() -> None:
    assert env_file.FILE.read_text() == env_file.text(), "run `python -m services.command_line.env_file`"


def test_every_variable_stands_once_and_says_what_it_is() -> None:
    text = env_file.text()
    variables = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)

    assert len(variables) == len(set(variables))
    assert {"VIGIL_NATS_URL", "VIGIL_PUBLIC_URL", "VIGIL_ROSTER_HORIZON_DAYS", "JS_KEY"} <= set(variables)


def test_what_must_be_filled_in_is_not_commented_out() -> None:
    text = env_file.text()

    assert "\nVIGIL_TWILIO_AUTH_TOKEN=\n" in text
    assert "\n#VIGIL_CARRIER_TIMEOUT_SECONDS=5.0\n" in text


def test_units_and_limits_stand_beside_the_default() -> None:
    text = " ".join(env_file.text().replace("\n# ", " ").split())

    assert "Days ahead for which shifts stand compiled" in text
    assert "(at least 2, at most 366)" in text

"""What is wrong with the connection or a setting is told in a sentence."""

import json
from pathlib import Path

from tests.support.site import Site


def test_help_names_every_command_in_its_group(site: Site) -> None:
    said = site.vigil("--help").output

    for word in ("up", "run", "provision", "signal", "escalations", "policy", "roster", "who", "patient"):
        assert f" {word} " in said
    for word in ("page-test", "parked", "doctor", "What happens", "Look after it", "vigil up --demo"):
        assert word in said


def test_without_a_server_one_sentence_says_what_to_do(site: Site) -> None:
    result = site.vigil("who", VIGIL_NATS_URL="nats://127.0.0.1:1")

    assert result.exit_code == 1
    assert "VIGIL_NATS_URL: no NATS server answers at nats://127.0.0.1:1; start `vigil up`" in result.stderr
    assert "Traceback" not in result.output


def test_a_wrong_password_is_told_as_one(site: Site, tmp_path: Path) -> None:
    wrong = tmp_path / "nats.json"
    wrong.write_text(json.dumps({"cli": "wrong"}))

    result = site.vigil("who", VIGIL_NATS_SECRETS=str(wrong))

    assert result.exit_code == 1
    assert "refuses the password of 'cli'" in result.stderr


def test_a_wrong_setting_is_told_by_its_name(site: Site) -> None:
    result = site.vigil("who", VIGIL_CLOCK_SCALE="0")

    assert result.exit_code == 1
    assert "VIGIL_CLOCK_SCALE" in result.stderr


def test_sealing_keys_are_never_made_by_a_command(site: Site, tmp_path: Path) -> None:
    missing = tmp_path / "seal.json"

    result = site.vigil("patient", "add", VIGIL_SEAL_KEYS=str(missing))

    assert result.exit_code == 1
    assert "copy the site's key file there" in result.stderr
    assert not missing.exists()

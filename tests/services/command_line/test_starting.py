"""`vigil up` and `vigil run` refuse what cannot work."""

from pathlib import Path

from services.command_line import demo
from tests.services.command_line.played import LIVE
from tests.support.site import Site


def test_an_unknown_service_is_not_run(site: Site) -> None:
    assert "there is no service 'pagin'; there are escalation, paging" in site.vigil("run", "pagin").stderr


def test_a_real_start_names_the_settings_it_lacks(site: Site, tmp_path: Path) -> None:
    result = site.vigil("up", VIGIL_VAR=str(tmp_path))

    assert result.exit_code == 1
    assert "VIGIL_PUBLIC_URL: Field required" in result.stderr


def test_a_demo_and_a_real_programme_never_share_a_folder(site: Site, tmp_path: Path) -> None:
    demo.read_or_make(tmp_path)

    assert "holds a real programme" in site.vigil("up", "--demo").stderr
    assert "holds the demo" in site.vigil("up", VIGIL_VAR=str(tmp_path), **LIVE).stderr


def test_no_setting_of_the_demo_leads_to_a_real_carrier(tmp_path: Path) -> None:
    made_up = demo.environment(demo.read_or_make(tmp_path), demo.Ports())

    assert made_up["VIGIL_CARRIER_URL"] == "http://127.0.0.1:8090"
    assert made_up["VIGIL_TWILIO_API_KEY"] == made_up["VIGIL_HEARTBEAT_URL"] == ""
    assert demo.read_or_make(tmp_path) == demo.read(tmp_path)

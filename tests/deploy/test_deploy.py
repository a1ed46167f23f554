"""What is deployed follows from the table, and is as far checked as this machine can."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contracts import streams
from services import process
from services.runtime import nats_config, nats_deploy, nats_secrets, nats_setup

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GSM_7_SEGMENT = 160
PLAIN = re.compile(r"[A-Za-z0-9 .,:;'()!?/-]+")
"""A part of the GSM-7 alphabet in which every character counts once."""


def self_signed(folder: Path) -> Path:
    """A folder with cert.pem, key.pem and ca.pem, as a node wants it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nats-1")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    for file in ("cert.pem", "ca.pem"):
        (folder / file).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


def test_the_nats_configurations_are_those_the_table_gives() -> None:
    for name, text in nats_deploy.files().items():
        assert (DEPLOY / "nats" / name).read_text() == text, "run python -m services.runtime.nats_deploy"


@pytest.mark.parametrize("name", ["server.conf", "cluster-1.conf", "cluster-2.conf", "cluster-3.conf"])
def test_nats_server_itself_finds_each_configuration_valid(tmp_path: Path, name: str) -> None:
    texts = nats_deploy.files(store=str(tmp_path / "store"), tls=str(self_signed(tmp_path)))
    (tmp_path / name).write_text(texts[name])
    environment = dict(
        line.split("=", 1) for line in nats_secrets.write_environment(tmp_path).read_text().splitlines()
    )

    nats_setup.validate(tmp_path / name, environment)

    for missing in ("JS_KEY", "VIGIL_NATS_PASSWORD_PAGING"):
        with pytest.raises(nats_setup.ServerError, match=missing):
            nats_setup.validate(
                tmp_path / name, {name: value for name, value in environment.items() if name != missing}
            )


def test_what_is_deployed_holds_no_secret_and_nobody_enters_without_one() -> None:
    for path in (DEPLOY / "nats").iterdir():
        secrets = re.findall(r"(?:password|key): (\S+)", path.read_text())
        assert len(secrets) == len(nats_config.USERS) + 1
        assert all(secret.startswith("$") for secret in secrets)
        assert "no_auth_user" not in path.read_text()


def test_the_one_machine_listens_to_itself_only_and_a_cluster_has_tls() -> None:
    assert 'listen: "127.0.0.1:4222"' in (DEPLOY / "nats" / "server.conf").read_text()
    with pytest.raises(ValueError, match="a cluster needs tls"):
        nats_config.render(nats_config.Node("n", "/s", cluster=nats_config.Cluster(("a", "b", "c"))))


def test_every_service_of_the_table_may_log_in() -> None:
    text = (DEPLOY / "nats" / "server.conf").read_text()
    assert all(f"user: {user}\n" in text for user in (streams.ADMIN, *streams.SERVICES))


def test_the_environment_file_is_private_and_keeps_its_key(tmp_path: Path) -> None:
    first = nats_secrets.write_environment(tmp_path)
    before = first.read_text()

    again = nats_secrets.write_environment(tmp_path)

    assert again.read_text() == before and again.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^JS_KEY=k[0-9a-f]{64}$", before, re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_the_units_valid(tmp_path: Path) -> None:
    units = sorted((DEPLOY / "systemd").glob("*.service"))
    for unit in units:
        # The programs are not installed there on this machine.
        text = re.sub(r"/opt/vigil/\.venv/bin/\S+", shutil.which("true") or "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")


def test_no_unit_ever_gives_up_restarting() -> None:
    for name in ("vigil-nats", "vigil-back", "vigil-front", "vigil-desk", "vigil-watchdog"):
        text = (DEPLOY / "systemd" / f"{name}.service").read_text()
        assert "Restart=always\n" in text and "StartLimitIntervalSec=0\n" in text, name


def test_the_watchdog_unit_needs_neither_nats_nor_the_services() -> None:
    text = (DEPLOY / "systemd" / "vigil-watchdog.service").read_text()
    assert not re.search(r"^(Requires|BindsTo|PartOf|After|Wants)=.*vigil", text, re.MULTILINE)


def test_compose_names_files_that_exist_and_publishes_the_gateway_on_loopback_only() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(compose["services"]) == {"nats", "provision", "back", "front", "desk", "watchdog"}
    assert (DEPLOY / compose["x-vigil"]["build"]["context"] / "deploy" / "Containerfile").exists()
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080", "127.0.0.1:8081:8081"]


def test_units_and_containers_together_run_every_service_once() -> None:
    """The words after `vigil run` are what the command takes; a wrong one would show on the first night."""
    units = [
        words.split()
        for unit in sorted((DEPLOY / "systemd").glob("*.service"))
        for words in re.findall(r"^ExecStart=\S+/vigil run(.*)$", unit.read_text(), re.MULTILINE)
    ]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values()
    commands = [service["command"] for service in compose]
    containers = [command[2:] for command in commands if command[:2] == ["vigil", "run"]]
    for started in (units, containers):
        assert sorted(name for words in started for name in process.named(words)) == sorted(process.APPS)


def test_the_image_copies_only_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert copied
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source


@pytest.mark.parametrize("name", ["sms.xml", "sms-es.xml"])
def test_the_fallback_text_is_one_segment_names_911_and_988_and_promises_nothing(name: str) -> None:
    (message,) = ElementTree.parse(DEPLOY / "fallback" / name).getroot().findall("Message")
    text = message.text or ""
    assert PLAIN.fullmatch(text) and len(text) <= GSM_7_SEGMENT
    assert "911" in text and "988" in text
    assert text.startswith(("Auto-reply", "Respuesta automatica"))
    for promise in ("will ", "soon", "shortly", "pronto", "STOP", "http"):
        assert promise not in text


def test_the_fallback_voice_says_911_and_988_and_the_page_says_that_nothing_was_taken() -> None:
    def spoken(name: str) -> str:
        return " ".join(say.text or "" for say in ElementTree.parse(DEPLOY / "fallback" / name).iter("Say"))

    assert "9 1 1" in spoken("voice.xml") and "9 8 8" in spoken("voice.xml")
    assert "Nothing was taken by this call" in spoken("voice-page.xml")
    assert "<Gather" not in (DEPLOY / "fallback" / "voice-page.xml").read_text()

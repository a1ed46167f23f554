"""Files of patients are listed for anybody, taken out on record, and go with retention or the key."""

import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client

from contracts.media import FilePart, MediaFile, MediaStatus, TextMedia
from contracts.people import CodeTaken
from contracts.privacy import Hold
from services.command_line.link import Link
from services.command_line.media_files import past_retention
from services.command_line.privacy_retention import Years
from services.runtime.clock import SteppedClock
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import load_or_create
from services.runtime.settings import Settings
from tests.support.site import Site

NOW = datetime.now(UTC)
PICTURE = b"\x89PNG a door" * 20


@pytest.fixture(scope="module")
def site(empty_site: Site) -> Site:
    return empty_site


def keep(site: Site, patient: str, sid: str, *, kind: str = "image/png", at: datetime = NOW) -> TextMedia:
    """Let the gateway have kept a picture in two parts."""

    async def work(nc: Client) -> TextMedia:
        seals = load_or_create(site.var / "secrets" / "seal.json")
        own = await seals.with_patients(PatientKeys(nc, seals, lambda: NOW)).for_patient(patient)
        js = nc.jetstream()
        for number, part in enumerate((PICTURE[:100], PICTURE[100:])):
            sealed = own.seal_bytes(part)
            assert sealed is not None
            data = FilePart(content=sealed).model_dump_json().encode()
            await (await js.key_value("media_files")).put(f"{patient}.ME{sid}.{number}", data)
        file = MediaFile(
            id=f"ME{sid}",
            url=own.seal("https://api.twilio.com/secret"),
            content_type=kind,
            kept_at=at,
            size=len(PICTURE),
            parts=2,
            digest=own.seal(hashlib.sha256(PICTURE).hexdigest()),
        )
        record = TextMedia(
            patient=patient, sid=sid, at=at, count=1, files=(file,), status=MediaStatus.KEPT, attempts=1
        )
        await (await js.key_value("media")).put(record.key, record.model_dump_json().encode())
        return record

    found = site.as_admin(work)
    assert isinstance(found, TextMedia)
    return found


def put(site: Site, bucket: str, key: str, value: bytes) -> None:
    async def work(nc: Client) -> None:
        await (await nc.jetstream().key_value(bucket)).put(key, value)

    site.as_admin(work)


def new_patient(site: Site) -> str:
    return site.vigil("patient", "add", "--name", "Robin Example").output.strip()


def test_a_picture_is_listed_without_being_opened_by_code_or_by_id(site: Site) -> None:
    name = new_patient(site)
    keep(site, name, "MM1")
    taken = CodeTaken(code="K7", subject=f"escalations.{name}", run=f"{name}-1", taken_at=NOW)
    put(site, "codes", "K7", taken.model_dump_json().encode())

    by_code, by_id = site.vigil("media", "list", "k7"), site.vigil("media", "list", name, "--json")

    assert "MEMM1" in by_code.output and "image/png" in by_code.output and "kept" in by_code.output
    (one,) = json.loads(by_id.output)
    assert (one["file"], one["size"], one["status"]) == ("MEMM1", len(PICTURE), "kept")
    assert "secret" not in by_code.output + by_id.output
    assert "media" not in site.vigil("patient", "reads", name).output


def test_taking_a_picture_out_is_on_record_and_it_is_for_ones_own_eyes(site: Site, tmp_path: Path) -> None:
    name = new_patient(site)
    keep(site, name, "MM2")
    out = tmp_path / "out"

    saved = site.vigil("media", "save", name, "--why", "to see what they took", "--out", str(out))

    assert saved.exit_code == 0, saved.output
    assert (out / "MEMM2.png").read_bytes() == PICTURE
    assert stat.S_IMODE((out / "MEMM2.png").stat().st_mode) == 0o600
    reads = site.vigil("patient", "reads", name).output
    assert "media (to see what they took)" in reads

    again = site.vigil("media", "save", name, "--why", "again", "--out", str(out))
    assert again.exit_code != 0 and "nothing is overwritten" in again.output
    other = site.vigil("media", "save", name, "--why", "x", "--out", str(out), "--file", "ME9")
    assert other.exit_code != 0 and "no kept file ME9" in other.output
    assert site.vigil("media", "save", name, "--why", " ", "--out", str(out)).exit_code != 0


def test_what_could_run_when_it_is_opened_gets_a_plain_ending(site: Site, tmp_path: Path) -> None:
    name = new_patient(site)
    keep(site, name, "MM3", kind="image/svg+xml")
    site.vigil("media", "save", name, "--why", "x", "--out", str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["MEMM3.bin"]


def test_a_part_that_is_gone_is_said_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    name = new_patient(site)
    keep(site, name, "MM4")

    async def lose(nc: Client) -> None:
        await nc.jetstream().purge_stream("KV_media_files", subject=f"$KV.media_files.{name}.MEMM4.1")

    site.as_admin(lose)
    saved = site.vigil("media", "save", name, "--why", "x", "--out", str(tmp_path))
    assert saved.exit_code != 0 and "part 1 of 2 is gone" in saved.output
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_says_why_and_when_it_is_tried_again(site: Site) -> None:
    name = new_patient(site)
    due = datetime.now(UTC) + timedelta(minutes=30)
    record = TextMedia(patient=name, sid="MM5", at=NOW, count=2, due=due, attempts=6, why="too_large")
    put(site, "media", record.key, record.model_dump_json().encode())

    shown, plain = site.vigil("media", "missing"), site.vigil("media", "missing", "--json")

    assert "too_large" in shown.output and "MM5" in shown.output and "in 29 min" in shown.output
    (one,) = [each for each in json.loads(plain.output) if each["text"] == "MM5"]
    assert (one["count"], one["kept"], one["attempts"]) == (2, 0, 6)
    assert "MM5 (of 2)" in site.vigil("media", "list", name).output


def test_only_what_is_past_retention_and_not_held_may_go(site: Site) -> None:
    old, held, young = new_patient(site), new_patient(site), new_patient(site)
    for patient, at in ((old, NOW - timedelta(days=4000)), (held, NOW - timedelta(days=4000)), (young, NOW)):
        keep(site, patient, f"MM{patient[-6:]}", at=at)

    async def work(nc: Client) -> list[str]:
        link = Link(Settings(var=site.var), nc, SteppedClock(NOW))
        kept = Years(clinical=10, minor=21, log=6, faults=6)
        found = await past_retention(link, kept, frozenset(), frozenset({held}))
        return sorted(one.subject for one in found)

    assert site.as_admin(work) == [
        f"$KV.media.{old}.MM{old[-6:]}",
        f"$KV.media_files.{old}.MEMM{old[-6:]}.0",
        f"$KV.media_files.{old}.MEMM{old[-6:]}.1",
    ]
    put(site, "holds", held, Hold(patient=held, reason="x", since=NOW, by="ana").model_dump_json().encode())
    purged = site.vigil("purge", "--yes")
    assert purged.exit_code == 0, purged.output
    files = {
        name: json.loads(site.vigil("media", "list", name, "--json").output) for name in (old, held, young)
    }
    assert [len(found) for found in files.values()] == [0, 1, 1]
    assert site.vigil("purge", "--dry-run").output.count("KV_media") == 0

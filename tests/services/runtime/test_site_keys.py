"""The wrong key stops the start with a clear sentence, and damages nothing."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.people import Person
from services.runtime import provision, site_keys
from services.runtime.activity import Activity
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.seal_file import with_current, with_key, without_key
from services.runtime.sealing import Seals, load_or_create
from services.runtime.settings import Settings
from services.runtime.shell import Shell, open_shell
from services.runtime.site_keys import WrongKey
from tests.services.runtime.conftest import Bus

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
RIGHT = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
WRONG = Seals({"k1": b"w" * 32}, {"h1": b"h" * 32})
HASHED_OTHERWISE = Seals({"k1": b"k" * 32}, {"h1": b"w" * 32})
LOST = Seals({"k2": b"w" * 32}, {"h1": b"h" * 32})
MORE = Seals({"k1": b"k" * 32, "k2": b"n" * 32}, {"h1": b"h" * 32, "h2": b"i" * 32})


async def check(bus: Bus, seals: Seals, service: str = "paging") -> None:
    await site_keys.check(await bus.connect(service), service, seals, lambda: NOW)


async def test_the_first_start_writes_what_every_later_one_is_held_to(bus: Bus) -> None:
    await bus.make("KV_site_keys", "KV_people")
    await check(bus, RIGHT)
    before = await site_keys.read(bus.admin)

    for service in ("gateway", "conversation", "paging", "escalation", "roster", "cli"):
        await check(bus, RIGHT, service)
        await check(bus, MORE, service)
        for wrong, said in (
            (WRONG, "key 'k1' is not the one"),
            (HASHED_OTHERWISE, "hash key 'h1'"),
            (LOST, "key 'k1' is missing"),
        ):
            with pytest.raises(WrongKey, match=said):
                await check(bus, wrong, service)

    assert await site_keys.read(bus.admin) == before
    assert {key.check for key in before.values()}.isdisjoint({"", "k" * 32})


async def test_a_site_that_has_no_check_yet_is_held_to_what_is_stored(bus: Bus) -> None:
    await bus.make("KV_site_keys", "KV_people")
    people = await bus.admin.jetstream().key_value("people")
    await people.put("ana", Person(id="ana", name=RIGHT.seal("Ana")).model_dump_json().encode())

    with pytest.raises(WrongKey, match="does not open the names on this site's roster"):
        await check(bus, WRONG)
    assert await site_keys.read(bus.admin) == {}
    await check(bus, RIGHT)
    assert sorted(await site_keys.read(bus.admin)) == ["hash.h1", "seal.k1"]


async def test_a_service_with_the_wrong_key_does_not_start_and_with_the_right_one_does(
    tmp_path: Path,
) -> None:
    server = EmbeddedServer(tmp_path / "var")
    await server.start()
    settings = Settings(var=tmp_path / "var", nats_url=server.url)

    async def started(seals: Seals) -> Shell:
        return await open_shell("conversation", settings, SteppedClock(NOW), seals, Activity())

    bus = Bus(tmp_path)
    bus.server = server
    admin = await bus.connect("admin")
    await provision.provision(admin, marks=False)
    shell = await started(RIGHT)
    sealed = (await shell.seals.for_patient("pt_a")).seal("x")
    await shell.close()

    with pytest.raises(WrongKey):
        await started(WRONG)
    # As a process it says so in a sentence: the key file that it makes for itself here is another one.
    own = {"VIGIL_VAR": str(settings.var), "VIGIL_NATS_URL": server.url, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.process", "roster",
        cwd=ROOT, env=os.environ | own, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    _, told = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1 and b"Traceback" not in told
    assert b"VIGIL_SEAL_KEYS: " in told and b"is not the one" in told and b"put this site's own" in told
    server.kill()
    await server.start()
    shell = await started(RIGHT)

    assert shell.seals.unseal(sealed) == "x"
    await shell.close()
    await bus.close()


def test_keys_come_and_go_in_the_file_and_it_is_whole_at_every_moment(tmp_path: Path) -> None:
    file = tmp_path / "seal.json"
    seals = load_or_create(file)
    before = seals.seal("old")
    with_key(file, "k2", b"n" * 32)
    assert (load_or_create(file).names, load_or_create(file).seal("x").key) == (("k1", "k2"), "k1")
    with_current(file, "k2")
    after = load_or_create(file)
    assert (after.names, after.seal("x").key, after.unseal(before)) == (("k2", "k1"), "k2", "old")

    # A process that has run since before takes the new key up when it first meets it.
    assert seals.unseal(after.seal("new")) == "new"
    assert seals.seal("x").key == "k1"

    without_key(file, "k1")
    assert load_or_create(file).names == ("k2",)
    assert file.stat().st_mode & 0o777 == 0o600

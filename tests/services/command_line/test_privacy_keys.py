"""Rotation of the site's key: stopped at any step nothing is lost, and the next run goes on."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client

from contracts.privacy import WrappedKey
from contracts.values import Sealed
from services.administration import Administration
from services.command_line.keys_rotation import Rotation
from services.command_line.troubles import Trouble
from services.programme import MethodDraft, PatientDraft, PersonDraft
from services.runtime import provision, seal_file, site_keys
from services.runtime.activity import Activity
from services.runtime.clock import SteppedClock
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import Seals, load_or_create
from services.runtime.settings import Settings
from services.runtime.shell import Shell, open_shell
from tests.services.runtime.conftest import Bus
from tests.support.site import Site

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


class PowerCut(Exception):
    """The machine is off."""


class Keyed:
    """A site with a key file, people and patients."""

    def __init__(self, folder: Path) -> None:
        self.bus = Bus(folder)
        self.file = self.bus.server.folder / "secrets" / "seal.json"
        self.now = NOW
        self.sealed: dict[str, Sealed] = {}

    async def open(self) -> None:
        await self.bus.open()
        self.cli = await self.bus.connect("cli")
        await provision.provision(self.bus.admin, marks=False)
        seals = load_or_create(self.file)
        await site_keys.check(self.cli, "cli", seals, lambda: self.now)
        administration = Administration(self.cli, seals, lambda: self.now)
        await administration.put_people(
            [PersonDraft(id="ana", name="Ana", methods=(MethodDraft(sms="+12025550111"),))]
        )
        for name in ("pt_a", "pt_b", "pt_c"):
            await administration.put_patient(PatientDraft(id=name, name=f"Name of {name}"))
            self.sealed[name] = (await administration.patient_seals(name)).seal(f"text of {name}")

    def rotation(self, cut_after: int = 99, said: list[str] | None = None) -> Rotation:
        told = said if said is not None else []

        def tell(sentence: str) -> None:
            told.append(sentence)
            if len(told) > cut_after:
                raise PowerCut(sentence)

        return Rotation(self.cli, self.file, lambda: self.now, tell)

    async def reads_everything(self, file: Path | None = None) -> None:
        """Assert that a process that starts now reads all there is."""
        seals = load_or_create(file or self.file)
        await site_keys.check(self.cli, "cli", seals, lambda: self.now)
        own = seals.with_patients(PatientKeys(self.cli, seals, lambda: self.now))
        for name, sealed in self.sealed.items():
            assert await own.opened(sealed) == f"text of {name}"

    async def wrapped(self, name: str) -> WrappedKey:
        entry = await (await self.cli.jetstream().key_value("keys")).get(name)
        return WrappedKey.model_validate_json(entry.value or b"")


@pytest.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[Keyed]:
    made = Keyed(tmp_path)
    await made.open()
    yield made
    await made.bus.close()


@pytest.mark.parametrize("step", range(5))
async def test_cut_off_after_any_step_everything_opens_and_the_next_run_ends_it(
    keyed: Keyed, tmp_path: Path, step: int
) -> None:
    before = tmp_path / "backup.json"
    before.write_bytes(keyed.file.read_bytes())
    with pytest.raises(PowerCut):
        await keyed.rotation(cut_after=step).rotate()

    await keyed.reads_everything()
    if step < 4:
        await keyed.reads_everything(before)
    name = await keyed.rotation().rotate() if step < 4 else "k2"

    await keyed.reads_everything()
    # Only where the new key was noted and never came into the file is another one made.
    assert name == ("k3" if step == 0 else "k2")
    assert load_or_create(keyed.file).names == (name, "k1")
    assert set((await keyed.wrapped("pt_a")).boxes) == {"k1", name}


async def test_a_key_that_was_lost_midway_with_its_file_is_never_mistaken_for_the_new_one(
    keyed: Keyed, tmp_path: Path
) -> None:
    before = keyed.file.read_bytes()
    await keyed.rotation().rotate(stage_only=True)
    keyed.file.write_bytes(before)

    name = await keyed.rotation().rotate()
    keyed.now += timedelta(days=91)
    await keyed.rotation().retire("k1")

    assert name == "k3" and load_or_create(keyed.file).names == ("k3",)
    await keyed.reads_everything()


async def test_services_that_run_read_and_seal_on_through_a_rotation(keyed: Keyed) -> None:
    settings = Settings(var=keyed.bus.server.folder, nats_url=keyed.bus.server.url)
    opened: list[Shell] = []
    for service in ("gateway", "conversation"):
        seals = load_or_create(keyed.file)
        opened.append(await open_shell(service, settings, SteppedClock(NOW), seals, Activity()))
    gateway, conversation = opened

    await keyed.rotation().rotate()
    keyed.sealed["pt_d"] = (await gateway.seals.for_patient("pt_d")).seal("text of pt_d")
    restarted = await open_shell(
        "gateway", settings, SteppedClock(NOW), load_or_create(keyed.file), Activity()
    )
    keyed.sealed["pt_e"] = (await restarted.seals.for_patient("pt_e")).seal("text of pt_e")

    for name, sealed in keyed.sealed.items():
        assert await conversation.seals.opened(sealed) == f"text of {name}"
    assert await conversation.seals.opened(restarted.seals.seal("by the new key")) == "by the new key"
    assert restarted.seals.seal("x").key == "k2"
    keyed.now += timedelta(days=91)
    await keyed.rotation().retire("k1")
    assert set((await keyed.wrapped("pt_d")).boxes) == {"k2"}
    await keyed.reads_everything()
    for shell in (*opened, restarted):
        await shell.close()


async def test_an_old_key_is_kept_while_anything_needs_it(keyed: Keyed) -> None:
    with pytest.raises(Trouble, match="k1 is not a key that was replaced"):
        await keyed.rotation().retire("k1")
    await keyed.rotation().rotate()
    with pytest.raises(
        Trouble, match="k1 is still needed: texts, calls and pages may be under it until 22 Feb"
    ):
        await keyed.rotation().retire("k1")

    keyed.now += timedelta(days=91)
    said = Seals({"k1": load_key(keyed.file, "k1")}, {"h1": b"h" * 32}).seal("old")
    await keyed.bus.admin.jetstream().publish(
        "escalations.pt_a", f'{{"x":[{said.model_dump_json()}]}}'.encode()
    )
    with pytest.raises(Trouble, match="k1 is still needed: 1 messages in ESCALATIONS are under it"):
        await keyed.rotation().retire("k1")
    assert load_or_create(keyed.file).names == ("k2", "k1")
    await keyed.reads_everything()


async def test_retiring_seals_anew_what_is_known_of_staff_and_can_be_cut_off_too(keyed: Keyed) -> None:
    await keyed.rotation().rotate()
    keyed.now += timedelta(days=91)
    with pytest.raises(PowerCut):
        await keyed.rotation(cut_after=0).retire("k1")
    await keyed.reads_everything()
    await keyed.rotation().retire("k1")

    seals = load_or_create(keyed.file)
    person = (await (await keyed.cli.jetstream().key_value("people")).get("ana")).value or b""
    assert b'"key":"k1"' not in person and b'"key":"k2"' in person
    assert seals.names == ("k2",)
    await keyed.reads_everything()


async def test_another_sites_key_rotates_nothing(keyed: Keyed) -> None:
    right = keyed.file.read_bytes()
    keyed.file.unlink()
    load_or_create(keyed.file)
    with pytest.raises(site_keys.WrongKey, match="key 'k1' is not the one"):
        await keyed.rotation().rotate()
    keyed.file.write_bytes(right)
    await keyed.reads_everything()


def load_key(file: Path, name: str) -> bytes:
    return seal_file.read(file)[0][name]


def test_the_commands_say_what_to_do_next(empty_site: Site) -> None:
    async def first(nc: Client) -> None:
        seals = load_or_create(empty_site.var / "secrets" / "seal.json")
        await site_keys.check(nc, "admin", seals, lambda: NOW)

    assert "No service has started yet" in empty_site.vigil("keys", "show").output
    empty_site.as_admin(first)

    staged = empty_site.vigil("keys", "rotate", "--stage")
    shown = empty_site.vigil("keys", "show")
    rotated = empty_site.vigil("keys", "rotate")
    refused = empty_site.vigil("keys", "retire", "k1")

    assert "to every machine of this site" in staged.output
    assert "coming; run `vigil keys rotate` again" in shown.output
    assert rotated.exit_code == 0 and "so that they seal with k2" in rotated.output
    assert refused.exit_code == 1 and "k1 is still needed" in refused.stderr
    file = empty_site.var / "secrets" / "seal.json"
    right = file.read_bytes()
    file.unlink()
    load_or_create(file)
    wrong = empty_site.vigil("keys", "show")
    assert (
        wrong.exit_code == 1
        and "WRONG KEY FILE" in wrong.stderr
        and "key 'k1' is not the one" in wrong.stderr
    )
    file.write_bytes(right)
    os.chmod(file, 0o600)

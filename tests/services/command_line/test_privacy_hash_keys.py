"""A new key for the hashes: at every step everybody is found, and the next run ends what was cut off."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.kv import KeyValue

from contracts.people import Alias, Patient, Person
from contracts.privacy import SupportContact
from services.administration import Administration
from services.command_line.keys_hashes import HashRotation
from services.command_line.troubles import Trouble
from services.gateway.registry import Registry
from services.programme import MethodDraft, PatientDraft, PersonDraft
from services.runtime import provision, seal_file, site_keys
from services.runtime.clock import SteppedClock
from services.runtime.sealing import Seals, load_or_create
from tests.services.runtime.conftest import Bus
from tests.support.site import Site

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
STAFF, PATIENT, SISTER, NEW = "+12025550111", "+12025550121", "+12025550131", "+12025550199"


class PowerCut(Exception):
    """The machine is off."""


class Hashed:
    """A site with a responder, a patient who has a phone, an outside id and a contact, and one linked."""

    def __init__(self, folder: Path) -> None:
        self.bus = Bus(folder)
        self.file = self.bus.server.folder / "secrets" / "seal.json"

    async def open(self) -> None:
        await self.bus.open()
        self.cli = await self.bus.connect("cli")
        await provision.provision(self.bus.admin, marks=False)
        seals = load_or_create(self.file)
        await site_keys.check(self.cli, "cli", seals, lambda: NOW)
        self.administration = Administration(self.cli, seals, lambda: NOW)
        await self.administration.put_people(
            [PersonDraft(id="ana", name="Ana", methods=(MethodDraft(sms=STAFF),))]
        )
        await self.administration.put_patient(PatientDraft(id="pt_a", phone=PATIENT), "ehr", "4711")
        own = await self.administration.patient_seals("pt_a")
        contact = SupportContact(
            id="sc_1", name=own.seal("Sam"), phone=own.seal(SISTER), phone_ref=seals.phone_ref(SISTER),
            given_at=NOW, expires_on=NOW.date(), by="ops",
        )  # fmt: skip
        await self.administration.change_patient(
            "pt_a", lambda one: one.model_copy(update={"contacts": (contact,)})
        )

    def rotation(self, cut_after: int = 99) -> HashRotation:
        told: list[str] = []

        def tell(sentence: str) -> None:
            told.append(sentence)
            if len(told) > cut_after:
                raise PowerCut(sentence)

        return HashRotation(self.cli, self.file, lambda: NOW, tell)

    async def purge(self, refs: list[str]) -> None:
        for ref in refs:
            await self.bus.admin.jetstream().purge_stream("KV_aliases", subject=f"$KV.aliases.{ref}")

    async def bucket(self, name: str) -> KeyValue:
        return await self.cli.jetstream().key_value(name)

    async def person(self) -> Person:
        return Person.model_validate_json((await (await self.bucket("people")).get("ana")).value or b"")

    async def patient(self) -> Patient:
        return Patient.model_validate_json((await (await self.bucket("patients")).get("pt_a")).value or b"")

    async def registry(self, seals: Seals) -> Registry:
        patients, aliases = await self.bucket("patients"), await self.bucket("aliases")
        return Registry(patients, aliases, seals, SteppedClock(NOW), lambda: "pt_new")

    async def finds_everybody(self, seals: Seals) -> None:
        """Assert that a process with these keys knows each phone and outside id again."""
        registry = await self.registry(seals)
        assert await registry.of_phone(seals.phone_refs(PATIENT)) == "pt_a"
        assert await registry.of_outside_id("ehr", "4711") == "pt_a"
        assert (await self.person()).methods[0].phone_ref in seals.phone_refs(STAFF)
        assert (await self.patient()).contacts[0].phone_ref in seals.phone_refs(SISTER)


@pytest.fixture
async def hashed(tmp_path: Path) -> AsyncIterator[Hashed]:
    made = Hashed(tmp_path)
    await made.open()
    yield made
    await made.bus.close()


@pytest.mark.parametrize("step", range(6))
async def test_cut_off_after_any_step_everybody_is_found_and_the_next_run_ends_it(
    hashed: Hashed, step: int
) -> None:
    runs_since_before = load_or_create(hashed.file)
    with pytest.raises(PowerCut):
        await hashed.rotation(cut_after=step).rotate()

    await hashed.finds_everybody(load_or_create(hashed.file))
    await hashed.finds_everybody(runs_since_before)
    await site_keys.check(hashed.cli, "cli", load_or_create(hashed.file), lambda: NOW)
    name = await hashed.rotation().rotate() if step < 5 else "h2"

    assert name == ("h3" if step == 0 else "h2")
    assert load_or_create(hashed.file).hash_names == (name, "h1")
    assert runs_since_before.phone_refs(PATIENT)[0].startswith(name), "without a restart"
    await hashed.finds_everybody(runs_since_before)
    assert (await hashed.patient()).phone_ref == runs_since_before.phone_ref(PATIENT)


async def test_an_outside_id_moves_when_it_is_named_again_and_only_then_the_old_key_goes(
    hashed: Hashed,
) -> None:
    await hashed.rotation().rotate()
    with pytest.raises(Trouble, match="h1 is still needed: 1 phones or outside ids stand under it alone"):
        await hashed.rotation().retire("h1", hashed.purge, forget=False)

    seals = load_or_create(hashed.file)
    assert await (await hashed.registry(seals)).of_outside_id("ehr", "4711") == "pt_a"
    await hashed.rotation().retire("h1", hashed.purge, forget=False)

    alone = load_or_create(hashed.file)
    assert alone.hash_names == ("h2",)
    await hashed.finds_everybody(alone)
    await site_keys.check(hashed.cli, "cli", alone, lambda: NOW)
    info = await hashed.bus.admin.jetstream().stream_info("KV_aliases", subjects_filter=">")
    assert not [subject for subject in info.state.subjects or {} if ".h1-" in subject]


async def test_retiring_that_was_cut_off_goes_on(hashed: Hashed) -> None:
    await hashed.rotation().rotate()
    for step in range(2):
        with pytest.raises(PowerCut):
            await hashed.rotation(cut_after=step).retire("h1", hashed.purge, forget=True)
        await site_keys.check(hashed.cli, "cli", load_or_create(hashed.file), lambda: NOW)
    await hashed.rotation().retire("h1", hashed.purge, forget=True)
    seals = load_or_create(hashed.file)
    assert seals.hash_names == ("h2",)
    assert await (await hashed.registry(seals)).of_phone(seals.phone_refs(PATIENT)) == "pt_a"
    assert await (await hashed.registry(seals)).of_outside_id("ehr", "4711") is None, "forgotten"


async def test_whoever_is_stored_under_the_old_key_meanwhile_is_hashed_anew(hashed: Hashed) -> None:
    await hashed.rotation().rotate(stage_only=True)
    # The old key still comes first.
    await hashed.administration.put_patient(PatientDraft(id="pt_b", phone=NEW))

    await hashed.rotation().rotate()

    seals = load_or_create(hashed.file)
    aliases = await hashed.bucket("aliases")
    now, was = [Alias.model_validate_json((await aliases.get(r)).value or b"") for r in seals.phone_refs(NEW)]
    assert (now.patient, was.patient, was.moved_to) == ("pt_b", "pt_b", seals.phone_ref(NEW))


async def test_what_is_known_of_a_phone_stays_with_it_when_people_are_written_anew(hashed: Hashed) -> None:
    person = await hashed.person()
    dead = person.methods[0].model_copy(update={"dead_since": NOW, "dead_reason": "opted out"})
    changed = person.model_copy(update={"methods": (dead,)}).model_dump_json().encode()
    await (await hashed.bucket("people")).put("ana", changed)
    seal_file.with_key(hashed.file, "h2", b"n" * 32, "hash")
    seal_file.with_current(hashed.file, "h2", "hash")

    draft = PersonDraft(id="ana", name="Ana", methods=(MethodDraft(sms=STAFF),))
    await Administration(hashed.cli, load_or_create(hashed.file), lambda: NOW).put_people([draft])

    assert (await hashed.person()).methods[0].dead_since == NOW


async def test_a_foreign_key_file_rotates_nothing_and_hashes_nothing(hashed: Hashed, tmp_path: Path) -> None:
    running = load_or_create(hashed.file)
    right, refs = hashed.file.read_bytes(), running.phone_refs(PATIENT)
    other = tmp_path / "other.json"
    load_or_create(other)
    for foreign in (other.read_bytes(), b"{", other.read_bytes().replace(b'"h1"', b'"h7"')):
        hashed.file.write_bytes(foreign)
        assert running.phone_refs(PATIENT) == refs, "who runs goes on with the right key"

    hashed.file.write_bytes(other.read_bytes())
    with pytest.raises(site_keys.WrongKey, match="nothing was changed"):
        await hashed.rotation().rotate()
    assert hashed.file.read_bytes() == other.read_bytes()
    hashed.file.write_bytes(right)
    await hashed.finds_everybody(load_or_create(hashed.file))


def test_the_commands_tell_what_they_would_do_and_what_they_did(empty_site: Site) -> None:
    empty_site.vigil("patient", "add", "--phone", "+12025550141", "--source", "ehr", "--outside-id", "1")

    async def noted(nc: Client) -> None:
        seals = load_or_create(empty_site.var / "secrets" / "seal.json")
        await site_keys.check(nc, "admin", seals, lambda: NOW)

    empty_site.as_admin(noted)
    before = (empty_site.var / "secrets" / "seal.json").read_bytes()
    dry = empty_site.vigil("keys", "rotate", "--hash", "--dry-run").output
    assert "1 patients to be hashed anew" in dry and "Nothing was changed" in dry
    assert (empty_site.var / "secrets" / "seal.json").read_bytes() == before

    done = empty_site.vigil("keys", "rotate", "--hash")
    refused = empty_site.vigil("keys", "retire", "h1")
    gone = empty_site.vigil("keys", "retire", "h1", "--forget")

    assert done.exit_code == 0 and "h2 is the key by which phones are found" in done.output
    assert "outside ids stand under it alone" in refused.stderr
    assert gone.exit_code == 0, gone.output + gone.stderr
    shown = empty_site.vigil("keys", "show").output
    assert "retired" in shown and "h2" in shown
    listed = empty_site.vigil("readings").output
    assert "site's keys: h2 made current" in listed and "site's keys: h1 retired" in listed

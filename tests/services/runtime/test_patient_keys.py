"""A key per patient: made once, followed by everybody, gone for good when it is erased."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from contracts.privacy import KeyErased, WrappedKey
from services.runtime.log import Unavailable
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError, Seals
from tests.services.runtime.conftest import Bus

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
SITE = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})


@pytest.fixture
async def keys(bus: Bus) -> AsyncIterator[PatientKeys]:
    await bus.make("KV_keys")
    made = PatientKeys(await bus.connect("gateway"), SITE, lambda: NOW)
    await made.start()
    yield made
    await made.stop()


async def test_each_patient_has_a_key_of_their_own(keys: PatientKeys) -> None:
    seals = SITE.with_patients(keys)
    one, other = await seals.for_patient("pt_a"), await seals.for_patient("pt_b")

    sealed = one.seal("I took them all")

    assert (sealed.key, other.seal("x").key) == ("p:pt_a", "p:pt_b")
    assert seals.unseal(sealed) == "I took them all"
    with pytest.raises(SealError, match="p:pt_a"):
        seals.unseal(sealed.model_copy(update={"box": other.seal("x").box}))
    with pytest.raises(SealError, match="no key 'p:pt_a'"):
        SITE.unseal(sealed)


async def test_of_copies_that_make_a_key_at_once_all_use_the_first(bus: Bus, keys: PatientKeys) -> None:
    copies = [SITE.with_patients(PatientKeys(bus.admin, SITE, lambda: NOW)) for _ in range(5)]

    made = await asyncio.gather(*(copy.for_patient("pt_same") for copy in copies))

    for seals in made:
        assert await copies[0].opened(seals.seal("x")) == "x"


async def test_what_another_copy_sealed_is_opened_before_the_news_of_its_key_is_here(
    bus: Bus, keys: PatientKeys
) -> None:
    there = SITE.with_patients(PatientKeys(bus.admin, SITE, lambda: NOW))
    here = SITE.with_patients(PatientKeys(await bus.connect("conversation"), SITE, lambda: NOW))

    sealed = (await there.for_patient("pt_new")).seal("help")

    assert not here.opens(sealed)
    await here.have(sealed, None)
    assert here.unseal(sealed) == "help"


async def test_what_is_in_memory_costs_no_request(bus: Bus, keys: PatientKeys) -> None:
    seals = SITE.with_patients(keys)
    sealed = (await seals.for_patient("pt_a")).seal("x")
    bus.server.kill()

    assert (await seals.for_patient("pt_a")).seal("y").key == "p:pt_a"
    await seals.have(sealed)
    with pytest.raises(Unavailable):
        await seals.for_patient("pt_nobody_knows")
    await bus.server.start()


async def test_an_erased_key_is_forgotten_at_once_and_never_made_again(bus: Bus, keys: PatientKeys) -> None:
    seals = SITE.with_patients(keys)
    sealed = (await seals.for_patient("pt_a")).seal("x")
    erased = KeyErased(request="r1", by="ana", confirmed_by="ben", at=NOW, reason="asked for it")
    tombstone = WrappedKey(patient="pt_a", made_at=NOW, boxes={}, erased=erased)
    await (await bus.admin.jetstream().key_value("keys")).put("pt_a", tombstone.model_dump_json().encode())
    await keys.follower.catch_up()

    with pytest.raises(SealError):
        await seals.opened(sealed)
    assert keys.erased("pt_a")
    # A text is read, whatever became of the keys: from now on the site's seals it.
    assert (await seals.for_patient("pt_a")).seal("y").key == "k1"


async def test_a_patients_key_can_not_stand_in_for_anothers(bus: Bus, keys: PatientKeys) -> None:
    seals = SITE.with_patients(keys)
    await seals.for_patient("pt_a")
    bucket = await bus.admin.jetstream().key_value("keys")
    stolen = WrappedKey.model_validate_json((await bucket.get("pt_a")).value or b"")
    await bucket.put("pt_thief", stolen.model_copy(update={"patient": "pt_thief"}).model_dump_json().encode())
    await keys.follower.catch_up()

    assert (await seals.for_patient("pt_thief")).seal("y").key == "k1"


async def test_what_the_site_sealed_is_sealed_anew_for_the_patient(keys: PatientKeys) -> None:
    seals = SITE.with_patients(keys)
    own = await seals.for_patient("pt_a")
    alien = Seals({"k9": os.urandom(32)}, {"h1": b"h" * 32}).seal("theirs")

    assert seals.unseal(own.resealed(SITE.seal("x"))) == "x"
    assert own.resealed(SITE.seal("x")).key == "p:pt_a"
    assert own.resealed(alien) == alien
    assert own.resealed(own.seal("x")).key == "p:pt_a"


async def test_without_keys_of_patients_the_site_seals_as_ever() -> None:
    assert (await SITE.for_patient("pt_a")).seal("x").key == "k1"


async def test_what_is_no_text_is_sealed_with_the_patients_key_or_not_at_all(keys: PatientKeys) -> None:
    """A picture must end with the key: unlike words, it is never sealed with the site's instead."""
    seals = SITE.with_patients(keys)
    own = await seals.for_patient("pt_a")
    picture = b"\xff\xd8\x00 no text"

    sealed = own.seal_bytes(picture)

    assert own.is_own and sealed is not None and sealed.key == "p:pt_a"
    assert seals.unseal_bytes(sealed) == picture
    with pytest.raises(SealError, match="p:pt_a"):
        seals.unseal(sealed)
    assert not SITE.site().is_own and SITE.site().seal_bytes(picture) is None

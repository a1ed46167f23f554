"""kill -9 in the middle of a conversation that somebody holds: no word of either is lost or out of order."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.carrier_emulator.phones import Phone
from services.conversation import phrasebook
from tests.support.plant import Plant
from tests.support.world import LINE

pytestmark = [pytest.mark.kill, pytest.mark.timeout(200)]
PATIENT = "+12025560001"
TEXTS = 6
"""Of each of them around every kill."""


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """The gateway in a process of its own, so that what is texted meanwhile is taken; all else dies."""
    made = Plant(tmp_path, wait=60)
    await made.open(apart=("gateway",))
    yield made
    await made.close()


async def until(condition: Callable[[], bool], what: str, timeout: float = 80) -> None:
    """Wait until it is so."""
    end = asyncio.get_running_loop().time() + timeout
    while not condition():
        assert asyncio.get_running_loop().time() < end, what
        await asyncio.sleep(0.05)


async def writes(phone: Phone, words: list[str]) -> None:
    """Text these words one after the other."""
    for word in words:
        await phone.text(word, LINE)
        await asyncio.sleep(0.08)


def read(phone: Phone) -> list[str]:
    """Return every text of that phone so far."""
    return [text.body for text in phone.inbox]


async def test_both_go_on_as_if_nothing_had_happened(plant: Plant) -> None:
    """Twice everything but the gateway is killed while both write; all arrives once, in order."""
    patient, holder = plant.emulator.phone(PATIENT), plant.emulator.phone(plant.number("r0"))
    await patient.text("please talk to me", LINE)
    await until(lambda: any("1 take" in text for text in read(holder)), "nobody was paged")
    await holder.text("1", LINE)
    await until(lambda: any("please talk to me" in text for text in read(holder)), "nothing was relayed")
    (brief,) = [one for one in (await plant.briefs()).values() if one.holder == "r0"]

    from_patient, from_holder = [], []
    for seed in range(2):
        chance = random.Random(f"conversation-{seed}")
        theirs = [f"p{seed}{number}" for number in range(TEXTS)]
        mine = [f"{brief.code} I answer {seed}{number}" for number in range(TEXTS)]
        writing = asyncio.gather(writes(patient, theirs), writes(holder, mine))
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        await plant.copies[0].kill()
        await plant.copies[0].start()
        await writing
        from_patient += theirs
        from_holder += [text.removeprefix(f"{brief.code} ") for text in mine]

        def all_is_read(theirs: str = theirs[-1], mine: str = from_holder[-1]) -> bool:
            return any(theirs in text.split() for text in read(holder)) and mine in read(patient)

        await until(all_is_read, f"not all arrived: {read(holder)}, {read(patient)}")

    relays = [text for text in read(holder) if text.startswith(f"{brief.code}: ")]
    words = [word for text in relays for word in text.split() if word in from_patient]
    assert words == from_patient
    assert read(patient) == [phrasebook.load().of("en").first, *from_holder]
    assert (await plant.briefs())[f"escalations.{brief.run.rpartition('-')[0]}"].holder == "r0"
    assert len([text for text in read(holder) if "1 take" in text]) == 1, "and nobody is paged again"
    await plant.audit()

"""What a holder can ask for while they talk: a speaker, the last texts, whom to call; and DELETE."""

from contracts.people import Patient, Person
from contracts.privacy import SupportContact
from services.conversation import phrasebook
from services.conversation.core import asked_texts
from tests.support.world import LINE, PIN, World

ES = phrasebook.load().of("es")
SISTER = "+12025550188"


async def test_a_speaker_is_called_in_the_sister_is_called_and_the_next_holder_reads_what_was_written(
    world: World,
) -> None:
    """Rivera writes Spanish; ana asks ben in, calls the sister, begins 911, and hands over to ben."""
    await world.speaks("rivera", "es")
    await _change_person(world, "ben", role="peer", languages=("es",))
    await _sister(world)
    rivera = world.phone("rivera")
    await rivera.text("no aguanto mas", LINE)
    assert await world.texts_soon("rivera") == [ES.first]
    code = await world.code()
    told = await world.reply("ana", "1")
    assert any("you have it" in text and "Patient speaks es." in text for text in told)
    await world.reply("ana", f"{code} un momento")

    told = await world.reply("ana", "join es")
    assert told == [f"VIGIL {code}: asked Ben (es). The first who comes joins."]
    (asked,) = world.texts("ben")
    assert "somebody who speaks es" in asked and "aguanto" not in asked
    world.texts("rivera")
    await world.reply("ben", f"join {code}")
    assert world.texts("rivera") == [ES.joins.format(name="Ben", role="apoyo entre pares")]

    # The sister may be asked to let them call us: by phone, through our number.
    *_, told = await world.reply("ana", f"contacts {code}")
    assert "1 sister (say only: please ask them to call us)" in told and SISTER[-4:] not in told
    assert "Maria" not in told
    sister = world.emulator.add_phone(SISTER)
    await world.phone("ana").text(f"call {code} 1", LINE)
    await world.later(seconds=3)
    ana = world.phone("ana")
    assert ana.ringing is not None
    await ana.answer()
    await world.later(seconds=5)
    await ana.press("1")
    await world.later(seconds=12)
    assert sister.ringing is not None
    await sister.answer()
    await world.later(seconds=2)
    assert world.bridged() == [{"ana", SISTER}]
    assert {call.from_ for call in (*ana.calls, *sister.calls)} == {LINE}
    assert "Say only: please ask them to call us." in " ".join(ana.heard)
    kinds = [str(event["type"]) for event in await world.events(f"escalations.{world.patients['rivera']}")]
    assert "contact_called" in kinds and "reached" not in kinds
    await ana.hang_up()

    # Rivera writes that nobody shall call her any more: from that second on nobody can.
    assert await world.reply("ana", f"contacts {code} end 1") == [asked_texts.contact_ended(code, 1)]
    assert await world.reply("ana", f"contacts {code}") == [asked_texts.no_contacts(code)]

    await rivera.text("borrar mis datos", LINE)
    assert ES.rights in await world.texts_soon("rivera")
    assert any("They ask to have what is kept about them deleted" in text for text in world.texts("ana"))

    await world.reply("ana", "911")
    told = await world.reply("ana", f"confirm {code} officer lee")
    assert any(f"not confirmed, nothing is handed off yet. 4 {code} 911 first" in text for text in told)
    await world.reply("ana", f"911 {code} called dispatch 7")
    await world.reply("ana", f"give {code} ben")
    told = await world.reply("ben", f"1 {code}")
    assert any("LAST" in text and "you go on with them" in text for text in told)
    assert any("Ana called 911 at 03:" in text and "(dispatch 7)" in text for text in told)
    *_, told = await world.reply("ben", f"last 3 {code}")
    lines = told.splitlines()
    assert lines[0] == f"{code} last:"
    assert [line[6:] for line in lines[1:]] == [
        "patient: no aguanto mas",
        "Ana: un momento",
        "patient: borrar mis datos",
    ]
    kinds = {
        str(event["type"])
        for event in await world.events(f"conversations.{world.patients['rivera']}", "CONVERSATIONS")
    }
    assert {"transcript_read", "contacts_read", "emergency_called", "person_joined"} <= kinds
    told = await world.reply("ben", f"4 {code} 911 {PIN}")
    assert any("Open until contact is confirmed" in text for text in told)


async def _change_person(world: World, who: str, **changed: object) -> None:
    bucket = await world.admin.jetstream().key_value("people")
    person = Person.model_validate_json((await bucket.get(who)).value or b"")
    await bucket.put(who, person.model_copy(update=changed).model_dump_json().encode())


async def _sister(world: World) -> None:
    bucket = await world.admin.jetstream().key_value("patients")
    entry = await bucket.get(world.patients["rivera"])
    record = Patient.model_validate_json(entry.value or b"")
    own = await world.administration.patient_seals(record.id)
    now = world.clock.now()
    sister = SupportContact(
        id="sc_sister",
        name=own.seal("Maria"),
        relation=own.seal("sister"),
        phone=own.seal(SISTER),
        given_at=now,
        expires_on=now.date(),
        by="test",
    )
    await bucket.put(record.id, record.model_copy(update={"contacts": (sister,)}).model_dump_json().encode())

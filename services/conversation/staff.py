"""What responders text: words for a patient, keys of a conversation, and words that belong to none."""

from collections.abc import Callable, Mapping

import structlog

from contracts import replies
from contracts.carrier import SmsReceived
from contracts.people import Person
from contracts.replies import Key, Reply
from services.conversation import triage
from services.conversation.aggregate import subject_of
from services.conversation.core import talking
from services.conversation.core.choosing import Ask, For, choose
from services.conversation.core.decide import say
from services.conversation.core.staff import Meaning
from services.conversation.core.state import DESK
from services.conversation.core.talking import Talk
from services.conversation.patients import Patients
from services.conversation.runs import Runs
from services.conversation.sending import Sending
from services.conversation.skills import Skills
from services.conversation.talks import Talks
from services.conversation.worlds import Worlds

_log = structlog.get_logger()
_ALL = " all"
"""`join es all`: also whoever is off call."""


class Staff:
    """Hears texts from staff phones. Raises Unavailable; then the message is given back."""

    def __init__(
        self,
        people: Callable[[], Mapping[str, Person]],
        patients: Patients,
        runs: Runs,
        talks: Talks,
        sending: Sending,
        worlds: Worlds,
        skills: Skills,
    ) -> None:
        self._people = people
        self._patients = patients
        self._runs = runs
        self._talks = talks
        self._sending = sending
        self._worlds = worlds
        self._skills = skills

    async def talk(self, fact: SmsReceived, sequence: int) -> Meaning:
        """Act on words or a key; return what they mean where they belong to no conversation.

        Raises LookupError when who wrote them isn't known here (yet).
        """
        person = self._people().get(fact.person or "")
        if person is None:
            raise LookupError("a text from somebody who is no responder here")
        body = self._worlds.unseal(fact.body) or ""
        reply = replies.parse(body)
        code = replies.words_of(body)[0] if reply.key is Key.FREE else reply.code
        # Who holds what must be known up to this moment: nothing is relayed by whoever let it go.
        await self._runs.follower.catch_up()
        await self._talks.follower.catch_up()
        if (known := self._talks.heard(sequence)) is not None:
            # It comes again, after a crash: what it was for, it was for then, whoever holds what by now.
            return triage.staff_meaning(body) if known.startswith(DESK) else Meaning.NOTHING
        mine = self._talks.joined_by(person.id) | self._runs.held_by(person.id)
        paged = self._runs.paged_to(person.id)
        live = {code for code, patient in mine.items() if self._talks.is_live(patient)}
        chosen = choose(reply.key, bool(reply.name), code, mine, live, self._talks.inviting(person.id), paged)
        _log.info("talk_heard", responder=person.id, kind=reply.key.value)
        match chosen:
            case For(patient):
                await self._about(patient, person, reply, body, fact, sequence)
                return Meaning.NOTHING
            case Ask(text, stray):
                meaning = triage.staff_meaning(body) if stray else Meaning.NOTHING
                courtesy = stray and meaning is Meaning.NOTHING and reply.key is Key.FREE and not paged
                if not courtesy:
                    await self._tell(person.id, text, sequence)
                return meaning

    async def _about(
        self, patient: str, person: Person, reply: Reply, body: str, fact: SmsReceived, sequence: int
    ) -> None:
        record = await self._patients.record(patient)
        is_join = reply.key is Key.TALK_JOIN
        talk = Talk(
            sid=fact.sid,
            evidence=sequence,
            responder=person.id,
            key=reply.key,
            body=fact.body,
            words=words_meant(reply, body),
            name=reply.number if reply.key is Key.TALK_911 else reply.name,
            asked=self._worlds.named(reply.name) if is_join and reply.name else None,
            wanted=self._worlds.languages.named(reply.name.removesuffix(_ALL)) if is_join else "",
            everybody=is_join and reply.name.endswith(_ALL),
            count=int(reply.number or 0) if reply.key in (Key.TALK_LAST, Key.TALK_CONTACTS) else 0,
            phone=record.phone if record is not None else None,
            language=record.language if record is not None else "",
        )
        await self._runs.fresh(patient)
        hold = self._runs.of(patient)
        if talk.count and reply.key is Key.TALK_CONTACTS and hold is not None and hold.held_by == person.id:
            # First of all: from this second on nobody asks them.
            await self._patients.contact_ended(patient, talk.count, fact.received_at)
        if reply.key is Key.TALK_SKILL:
            # Before it counts as heard: killed in between, it is asked for again, under the same id.
            await self._skills.ask(fact.sid, reply.name, patient, person.id)
        await self._sending.decide(
            subject_of(patient), fact.sid, lambda draft: talking.heard(draft, talk), record=record
        )

    async def _tell(self, responder: str, text: str, sequence: int) -> None:
        await self._sending.decide(
            subject_of(f"{DESK}{responder}"),
            f"say:{sequence}",
            lambda draft: say(draft, responder, text, sequence),
        )


def words_meant(reply: Reply, body: str) -> str:
    """Return the words of a text, as written, without its code and its key."""
    match reply.key:
        case Key.TALK_NOTE:
            return replies.after(body, "note")
        case Key.TALK_911:
            return replies.after(replies.after(body, "911"), "called")
        case _:
            return replies.words_of(body)[1]

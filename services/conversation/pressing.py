"""What is written or pressed in the console about a conversation: the same as texted, without a phone.

The page it was written on says which patient's it is for, so nothing has to be chosen. Whether its
writer may, the rules say, as for a text.
"""

import structlog

from contracts.console import Pressed
from contracts.replies import Key
from services.conversation.aggregate import subject_of
from services.conversation.core import talking
from services.conversation.core.talking import Talk
from services.conversation.patients import Patients
from services.conversation.runs import Runs
from services.conversation.sending import Sending
from services.conversation.talks import Talks
from services.conversation.worlds import Worlds
from services.runtime.consume import Message, Unreadable
from services.runtime.sealing import Seals

_log = structlog.get_logger()
_PATIENTS = "escalations."


class Pressing:
    """Hears words and keys of a conversation from the console."""

    def __init__(
        self,
        patients: Patients,
        runs: Runs,
        talks: Talks,
        sending: Sending,
        worlds: Worlds,
        seals: Seals,
    ) -> None:
        self._patients = patients
        self._runs = runs
        self._talks = talks
        self._sending = sending
        self._worlds = worlds
        self._seals = seals

    async def on_pressed(self, message: Message) -> None:
        """Act on one press. Raises Unavailable; Unreadable when its words can't be opened, or it is none."""
        pressed = Pressed.model_validate_json(message.data)
        if not pressed.subject.startswith(_PATIENTS):
            raise Unreadable("a fault of the system has no conversation")
        patient = pressed.subject.removeprefix(_PATIENTS)
        _log.info("press_heard", responder=pressed.responder, kind=pressed.key)
        await self._runs.follower.catch_up()
        await self._talks.follower.catch_up()
        record = await self._patients.record(patient)
        await self._seals.have(pressed.words)
        words = self._worlds.unseal(pressed.words) if pressed.words is not None else ""
        if words is None:
            raise Unreadable("what was written can't be opened here")
        talk = Talk(
            sid=f"press-{pressed.id}",
            evidence=0,
            responder=pressed.responder,
            key=pressed.key,
            body=pressed.words or self._seals.seal(""),
            words=words,
            name=pressed.number if pressed.key is Key.TALK_911 else pressed.name,
            asked=pressed.asked,
            wanted=self._worlds.languages.named(pressed.name) if pressed.key is Key.TALK_JOIN else "",
            phone=record.phone if record is not None else None,
            language=record.language if record is not None else "",
        )
        await self._runs.fresh(patient)
        await self._sending.decide(
            subject_of(patient), talk.sid, lambda draft: talking.heard(draft, talk), record=record
        )

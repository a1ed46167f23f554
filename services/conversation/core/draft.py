"""A decision in the making: the events so far, and the state after each of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.conversations import AnswerWaiting, ConversationEvent, Purpose
from contracts.privacy import Texting
from contracts.values import Sealed
from services.conversation.core.evolve import evolve
from services.conversation.core.state import Conversation
from services.conversation.core.world import World

SEND_WITHIN = timedelta(minutes=15)
"""A text that could not be sent by then is not sent at all; who wrote it is told. Ours."""

Events = tuple[ConversationEvent, ...]


@dataclass
class Draft:
    """The only thing in the core that changes; it lives as long as one decision."""

    state: Conversation
    now: datetime
    world: World
    events: list[ConversationEvent] = field(default_factory=list)

    def add(self, event: ConversationEvent) -> None:
        """Say that this happened; rules that follow see the state after it."""
        self.events.append(event)
        self.state = evolve(self.state, event)

    @property
    def may_text(self) -> bool:
        """Whether the patient may be texted at all."""
        return self._allowed and self.state.phone is not None

    @property
    def _allowed(self) -> bool:
        blocked = self.state.opted_out or self.world.texting is Texting.CALL
        return not blocked and not self.state.is_desk

    def to_patient(
        self,
        purpose: Purpose,
        text: str,
        *,
        sealed: bool = False,
        by: str | None = None,
        order: int = 0,
        name: str = "",
        phone: Sealed | None = None,
    ) -> bool:
        """Let a text to the patient wait for its turn; return whether there is a way to send it.

        `phone`: theirs, should they never have written a text that was kept.
        """
        phone = self.state.phone or phone
        if not self._allowed or phone is None:
            return False
        if purpose is not Purpose.WORDS and self.world.texting is Texting.NEUTRAL:
            text, sealed = self.world.phrases.neutral, False
        box = self.world.seal(text) if sealed else None
        self._wait(name, purpose, text, phone, box, None, by, order, 0)
        return True

    def to_staff(
        self,
        purpose: Purpose,
        responder: str,
        text: str,
        *,
        order: int = 0,
        upto: int = 0,
        name: str = "",
    ) -> bool:
        """Let a text to a responder wait for its turn; return whether they can be texted.

        It is sealed: what patients and staff write never stands in clear.
        """
        phone = self.world.phone_of(responder)
        if phone is None:
            return False
        self._wait(name, purpose, "", phone, self.world.seal(text), responder, None, order, upto)
        return True

    def _wait(
        self,
        name: str,
        purpose: Purpose,
        text: str,
        phone: Sealed,
        sealed: Sealed | None,
        to: str | None,
        by: str | None,
        order: int,
        upto: int,
    ) -> None:
        last = max((one.order for one in self.state.outbox if one.to == to), default=0)
        self.add(
            AnswerWaiting(
                at=self.now,
                answer=name or f"t{self.state.serial + 1}",
                text=text if sealed is None else "",
                phone=phone,
                send_by=self.now + SEND_WITHIN,
                purpose=purpose,
                sealed=sealed,
                responder=to,
                by=by,
                order=order or last,
                upto=upto,
            )
        )

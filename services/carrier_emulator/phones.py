"""Simulated phones: what reached them, and what the people holding them do."""

import random
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.calls import Answered, Call, Declined, HungUp, Pressed
from services.carrier_emulator.messages import Attachment
from services.carrier_emulator.profiles import Profile


@dataclass(frozen=True, slots=True)
class InboxText:
    """A text as the person sees it, and since when."""

    at: datetime
    sid: str
    from_: str
    body: str


class Network(Protocol):
    """What a phone can ask of the carrier."""

    def text_from_phone(self, phone: str, to: str, body: str, media: tuple[Attachment | str, ...]) -> str:
        """Take a text from a phone and return its sid."""

    def call_from_phone(self, phone: str, to: str) -> Call:
        """Take a call from a phone."""


class Phone:
    """One phone: its inbox, its calls, and the hands of the person holding it."""

    def __init__(
        self, number: str, profile: Profile, network: Network, activity: Activity, seed: str
    ) -> None:
        self.number = number
        self.profile = profile
        self.inbox: list[InboxText] = []
        self.calls: list[Call] = []
        self._network = network
        self._activity = activity
        self._random = random.Random(seed)
        self._replied = 0

    @property
    def ringing(self) -> Call | None:
        """Return the call that rings now, if one does."""
        return next((c for c in self.calls if c.status == "ringing" and self._called(c)), None)

    @property
    def call_now(self) -> Call | None:
        """Return the call the person is in (or has placed), if there is one."""
        live = (c for c in reversed(self.calls) if not c.is_over and c.status != "queued")
        return next((c for c in live if c.answered or not self._called(c)), None)

    @property
    def heard(self) -> list[str]:
        """Return everything that was said to the person, over all calls, in order."""
        return [text for call in self.calls for text in call.heard]

    async def text(self, body: str, to: str, media: tuple[Attachment | str, ...] = ()) -> str:
        """Send a text to a number and return its sid; the webhook runs in the background.

        `media` are files, or words that stand for a picture.
        """
        return self._network.text_from_phone(self.number, to, body, media)

    async def call(self, number: str) -> Call:
        """Call a number; its TwiML runs in the background."""
        return self._network.call_from_phone(self.number, number)

    async def answer(self) -> None:
        """Pick up the ringing call."""
        self._expect(self.ringing, "answer: nothing rings").inbox.put(Answered())

    async def decline(self) -> None:
        """Refuse the ringing call."""
        self._expect(self.ringing, "decline: nothing rings").inbox.put(Declined())

    async def press(self, digits: str) -> None:
        """Press keys during the present call."""
        self._expect(self.call_now, "press: not in a call").inbox.put(Pressed(digits))

    async def hang_up(self) -> None:
        """End the present call, or refuse the ringing one."""
        call = self.call_now or self.ringing
        self._expect(call, "hang up: not in a call").inbox.put(HungUp())

    def receive(self, text: InboxText) -> None:
        """Show a text to the person, who may answer it by their profile."""
        self.inbox.append(text)
        reply = self._reply_to(text.body)
        if reply is not None:
            self._activity.spawn(self._reply(reply, text.from_))

    def rings(self, call: Call) -> None:
        """Ring; the person may pick up or refuse by their profile."""
        self.calls.append(call)
        voice = "ignore" if self.loses() else self.profile.voice
        if voice in ("answer", "decline"):
            self._activity.spawn(self._react_to_ring(call, voice == "answer"))

    def places(self, call: Call) -> None:
        """Remember a call that this phone placed."""
        self.calls.append(call)

    def is_prompted(self, call: Call, prompt: str) -> None:
        """Hear a request for keys; the person may press some by their profile."""
        digits = self._digits_for(prompt)
        if digits:
            self._activity.spawn(self._press(call, digits))

    def loses(self) -> bool:
        """Draw whether a flaky phone misses this one."""
        return self.profile.loss > 0 and self._random.random() < self.profile.loss

    def _called(self, call: Call) -> bool:
        return call.direction != "inbound"

    def _expect(self, call: Call | None, complaint: str) -> Call:
        if call is None:
            raise LookupError(f"phone {self.number} cannot {complaint}")
        return call

    def _reply_to(self, body: str) -> str | None:
        if self.profile.reply_pattern is not None:
            found = re.search(self.profile.reply_pattern, body)
            return found.group(1) if found else None
        replies = self.profile.replies
        if not replies or (self._replied >= len(replies) and not self.profile.repeat_replies):
            return None
        self._replied += 1
        return replies[(self._replied - 1) % len(replies)]

    def _digits_for(self, prompt: str) -> str:
        if self.profile.keys == "none":
            return ""
        asked = re.search(r"(?i)\b(?:press|enter|dial)\s+(\d+)", prompt)
        wanted = asked.group(1) if asked else "1"
        return wanted if self.profile.keys == "follow" else "9" if wanted != "9" else "8"

    async def _reply(self, body: str, to: str) -> None:
        await self._activity.pause(self.profile.reply_after)
        await self.text(body, to)

    async def _react_to_ring(self, call: Call, picks_up: bool) -> None:
        await self._activity.pause(self.profile.answer_after)
        if call.status != "ringing":
            return
        call.inbox.put(Answered() if picks_up else Declined())
        if picks_up and self.profile.hang_up_after is not None:
            await self._activity.pause(self.profile.hang_up_after)
            if not call.is_over:
                call.inbox.put(HungUp())

    async def _press(self, call: Call, digits: str) -> None:
        await self._activity.pause(self.profile.press_after)
        if not call.is_over:
            call.inbox.put(Pressed(digits))

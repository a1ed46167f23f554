"""What each phone shows: folded from the emulator's ledger, one entry after the other, without I/O."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.carrier_emulator import entries as e
from services.carrier_emulator.calls import FINAL
from services.carrier_emulator.demo import words

KEPT_BUBBLES = 60

Side = Literal["in", "out", "note"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text on the screen, or a note about a call."""

    number: int
    at: datetime
    side: Side
    text: str
    spoken: tuple[str, ...] = ()
    """For a note about a call: what was said in it."""


@dataclass(slots=True)
class LiveCall:
    """A call that rings or goes on."""

    sid: str
    other: str
    state: Literal["rings", "calls", "talks"]
    since: datetime
    said: list[tuple[str, str]] = field(default_factory=list)
    """Who said it ("them", "me" or "") and what."""


class Screen:
    """One phone's screen."""

    def __init__(self) -> None:
        self.bubbles: deque[Bubble] = deque(maxlen=KEPT_BUBBLES)
        self.calls: dict[str, LiveCall] = {}
        self._count = 0

    def show(self, at: datetime, side: Side, text: str, spoken: tuple[str, ...] = ()) -> None:
        """Add a bubble."""
        self._count += 1
        self.bubbles.append(Bubble(self._count, at, side, text, spoken))

    @property
    def call(self) -> LiveCall | None:
        """The call to show: one that goes on before one that rings."""
        return next((c for c in self.calls.values() if c.state != "rings"), None) or next(
            iter(self.calls.values()), None
        )


class Screens:
    """Every phone's screen by its number."""

    def __init__(self) -> None:
        self._screens: dict[str, Screen] = {}
        self._phones: dict[str, str] = {}

    def fold(self, entry: e.Entry) -> set[str]:
        """Take in what happened and return the phones that look different now."""
        match entry:
            case e.SmsReachedPhone(to=phone, body=body):
                self._screen(phone).show(entry.at, "in", body)
                return {phone}
            case e.SmsFromPhone(from_=phone, body=body):
                self._screen(phone).show(entry.at, "out", body)
                return {phone}
            case e.CallRang(sid=sid, phone=phone, caller=caller):
                self._phones[sid] = phone
                self._screen(phone).calls[sid] = LiveCall(sid, caller, "rings", entry.at)
                return {phone}
            case e.CallChanged():
                return self._changed(entry)
            case e.CallHeard(sid=sid, text=text):
                return self._said(sid, "them", text)
            case e.CallDigits(sid=sid, digits=digits):
                return self._said(sid, "me", f"pressed {digits}")
            case e.LegsBridged(sids=sids, phones=phones):
                return self._both(sids, phones, "connected")
            case e.LegsParted(sids=sids, phones=phones):
                return self._both(sids, phones, "parted")
            case _other:
                return set()

    def clear(self) -> None:
        """Forget everything, for a reset of the whole emulator."""
        self._screens.clear()
        self._phones.clear()

    def view(self, phone: str, zone: str, names: Mapping[str, str]) -> dict[str, object]:
        """Return what a phone shows, JSON-ready; `names` maps numbers to what they are called."""
        screen = self._screens.get(phone) or Screen()
        call = screen.call
        return {
            "phone": phone,
            "bubbles": [
                {
                    "id": bubble.number,
                    "at": words.at(bubble.at, zone),
                    "side": bubble.side,
                    "text": bubble.text,
                    "spoken": bubble.spoken,
                }
                for bubble in screen.bubbles
            ],
            "call": None
            if call is None
            else {
                "sid": call.sid,
                "state": call.state,
                "other": names.get(call.other, call.other),
                "said": [{"who": who, "text": _named(text, names)} for who, text in call.said],
            },
        }

    def _screen(self, phone: str) -> Screen:
        return self._screens.setdefault(phone, Screen())

    def _changed(self, entry: e.CallChanged) -> set[str]:
        phone = entry.from_ if entry.direction == "inbound" else entry.to
        screen, sid = self._screen(phone), entry.sid
        call = screen.calls.get(sid)
        if entry.status in FINAL:
            self._over(screen, sid, entry)
        elif entry.direction == "inbound" and call is None:
            self._phones[sid] = phone
            screen.calls[sid] = LiveCall(sid, entry.to, "calls", entry.at)
        if entry.status == "in-progress" and (call := screen.calls.get(sid)) is not None:
            call.state, call.since = "talks", entry.at
        return {phone}

    def _over(self, screen: Screen, sid: str, entry: e.CallChanged) -> None:
        self._phones.pop(sid, None)
        call = screen.calls.pop(sid, None)
        if call is None:
            return
        spoken = tuple(text for who, text in call.said if who == "them")
        match call.state:
            case "talks":
                seconds = round((entry.at - call.since).total_seconds())
                text = f"Call ended after {seconds // 60}:{seconds % 60:02d}"
            case "calls":
                text = "Call not answered"
            case "rings":
                text = {
                    "busy": "Call declined",
                    "canceled": "The caller hung up",
                }.get(entry.status, "Missed call")
        screen.show(entry.at, "note", text, spoken)

    def _said(self, sid: str, who: str, text: str) -> set[str]:
        phone = self._phones.get(sid)
        call = self._screen(phone).calls.get(sid) if phone is not None else None
        if phone is None or call is None:
            return set()
        call.said.append((who, text))
        return {phone}

    def _both(self, sids: tuple[str, str], phones: tuple[str, str], word: str) -> set[str]:
        changed: set[str] = set()
        for sid, other in ((sids[0], phones[1]), (sids[1], phones[0])):
            changed |= self._said(sid, "", f"{word} {other}")
        return changed


def _named(text: str, names: Mapping[str, str]) -> str:
    word, _, number = text.partition(" ")
    if word == "connected" and number in names:
        return f"You hear {names[number]} now"
    if word == "parted" and number in names:
        return f"{names[number]} is no longer on the line"
    return text

"""TwiML: what a call hears and which keys it is asked for. Every URL starts from our public one."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from twilio.twiml.voice_response import Dial, VoiceResponse

from services.gateway.core import speech

KEY_SECONDS = 8
"""How long a caller has to find the key after the question was asked."""
SEPARATOR = "."
"""Stands between page ids in a URL: no id has it, and nobody on the way rewrites it, which `,` does not
survive; a rewritten URL would no longer fit its signature."""
OFFER_SECONDS = 6
RING_SECONDS = 30


class Voice:
    """Makes the documents. `done` are the pages that were dealt with in this call, joined."""

    def __init__(self, public_url: str, caller_id: str) -> None:
        self._public_url = public_url
        self._caller_id = caller_id

    def url(self, *path: str, **query: object) -> str:
        """Return one of our URLs under /twilio/voice."""
        asked = urlencode({name: str(value) for name, value in query.items() if str(value)})
        where = "/".join(quote(part, safe="") for part in path)
        return f"{self._public_url}/twilio/voice/{where}" + (f"?{asked}" if asked else "")

    def ask(
        self, responder: str, page: str, text: str, *, leg: int = 0, done: str = "", first: str = ""
    ) -> str:
        """Ask for the key that takes or passes a page: twice the first time, then it is goodbye."""
        return self._ask(
            first, f"{text} {speech.ASK_KEY}", (responder, page, "digits"), leg, done, speech.NO_KEY
        )

    def ask_bridge(self, responder: str, page: str, text: str, *, leg: int = 0, first: str = "") -> str:
        """Ask for the key that connects with the patient."""
        return self._ask(first, text, (responder, page, "connect"), leg, "", speech.GOODBYE)

    def ask_to_confirm(self, responder: str, page: str, text: str, *, leg: int = 0, first: str = "") -> str:
        """Ask for the key that confirms a shift."""
        said = f"{text} {speech.ASK_CONFIRM}"
        return self._ask(first, said, (responder, page, "digits"), leg, "", speech.GOODBYE)

    def offer_connection(self, responder: str, page: str, text: str, done: str) -> str:
        """Say what came of the key, and offer to be connected; without a key it goes on."""
        answer = VoiceResponse()
        answer.say(text)
        gather = answer.gather(
            num_digits=1,
            action=self.url(responder, page, "connect", done=done),
            method="POST",
            timeout=OFFER_SECONDS,
            finish_on_key="",
        )
        gather.say(speech.ASK_CONNECT)
        answer.redirect(self.url(responder, "next", done=done), method="POST")
        return str(answer)

    def look_for_outcome(self, responder: str, page: str, since: int | None, done: str) -> str:
        """Say that the key is noted, and come back for what came of it."""
        answer = VoiceResponse()
        answer.say(speech.NOTED)
        query = {"since": "" if since is None else since, "done": done}
        answer.redirect(self.url(responder, page, "outcome", **query), method="POST")
        return str(answer)

    def then_next(self, responder: str, texts: Sequence[str], done: str) -> str:
        """Say something, and go on to the next open page."""
        answer = VoiceResponse()
        for text in texts:
            answer.say(text)
        answer.redirect(self.url(responder, "next", done=done), method="POST")
        return str(answer)

    def goodbye(self, *texts: str) -> str:
        """Say something, and hang up."""
        answer = VoiceResponse()
        for text in texts:
            answer.say(text)
        answer.hangup()
        return str(answer)

    def dial(self, responder: str, phone: str, before: str, after: str, done: str) -> str:
        """Call the patient from our number, so that neither sees the other's."""
        answer = VoiceResponse()
        answer.say(before)
        dial = answer.dial(caller_id=self._caller_id, timeout=RING_SECONDS)
        dial.number(phone)
        answer.say(after)
        answer.redirect(self.url(responder, "next", done=done), method="POST")
        return str(answer)

    def join_room(self, responder: str, room: str, before: str, after: str, done: str) -> str:
        """Connect a responder with the patient who waits in a room; their going ends it."""
        answer = VoiceResponse()
        answer.say(before)
        self._conference(answer.dial(), room, starts=True, wait="wait/staff")
        answer.say(after)
        answer.redirect(self.url(responder, "next", done=done), method="POST")
        return str(answer)

    def wait_in_room(self, room: str) -> str:
        """Let a patient wait until somebody of the staff comes; where to turn meanwhile comes first."""
        answer = VoiceResponse()
        answer.say(speech.GREETING)
        self._conference(answer.dial(), room, starts=False, wait="wait")
        answer.say(speech.PATIENT_FAREWELL)
        return str(answer)

    def waiting(self) -> str:
        """Return what a patient hears in the room, over and over."""
        return self._hold(15, speech.STILL_CALLING, "wait")

    def waiting_alone(self) -> str:
        """Return what staff hear in a room whose caller hung up."""
        return self._hold(4, speech.EMPTY_ROOM, "wait/staff")

    def to_pages(self, responder: str) -> str:
        """Send somebody of the staff who calls us to their own open pages."""
        answer = VoiceResponse()
        answer.redirect(self.url(responder, "next"), method="POST")
        return str(answer)

    def _ask(self, first: str, text: str, action: tuple[str, str, str], leg: int, done: str, end: str) -> str:
        answer = VoiceResponse()
        if first:
            answer.say(first)
        for number in (0, 1) if leg == 0 else (leg,):
            gather = answer.gather(
                num_digits=1,
                action=self.url(*action, leg=number, done=done),
                method="POST",
                timeout=KEY_SECONDS,
                finish_on_key="",
            )
            gather.say(text)
        answer.say(end)
        answer.hangup()
        return str(answer)

    def _conference(self, dial: Dial, room: str, *, starts: bool, wait: str) -> None:
        dial.conference(
            room,
            start_conference_on_enter=starts,
            end_conference_on_exit=True,
            beep="false",
            wait_url=f"{self._public_url}/twilio/{wait}",
            wait_method="POST",
        )

    def _hold(self, seconds: int, text: str, again: str) -> str:
        answer = VoiceResponse()
        answer.pause(length=seconds)
        answer.say(text)
        answer.redirect(f"{self._public_url}/twilio/{again}", method="POST")
        return str(answer)

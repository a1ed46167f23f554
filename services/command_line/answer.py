"""`vigil answer`: what a responder can text about an escalation they hold, typed at a desk.

The same words as on a phone: `give K7 kim`, `5 K7`, `snooze K7 2h`, `sign K7`. Taking, passing, reporting
contact and closing stay with the phone that was told: an answer covers only what that phone was told.
"""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer
from pydantic import TypeAdapter

from contracts.escalations import EscalationEvent, EscalationStatus
from contracts.people import CodeTaken, Person
from contracts.programme import DeskAnswered
from contracts.replies import Key, Reply, parse
from services.command_line.escalations import brief_of
from services.command_line.link import Link, linked, me
from services.command_line.pin_asked import refuse_unless_pin_fits
from services.command_line.shown import put_json
from services.command_line.troubles import Trouble, unknown
from services.paging.core import names
from services.runtime.aggregates import read_events
from services.runtime.log import Log, publish_fact
from services.runtime.sealing import Seals

Word = Literal["give", "help", "snooze", "sign"]
_WORDS: dict[Key, Word] = {Key.GIVE: "give", Key.ASSIST: "help", Key.SNOOZE: "snooze", Key.SIGN: "sign"}
_HOUR = 60
_EVENTS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)


def answer(
    responder: Annotated[str, typer.Argument(help="Whose answer it is: the id.", show_default=False)],
    text: Annotated[
        str,
        typer.Argument(help="As on a phone, with the code: 'give K7 kim', '5 K7'.", show_default=False),
    ],
    pin: Annotated[str, typer.Option(help="Their PIN; asked for if left out.", prompt=True, hide_input=True)],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Answer for an escalation at a desk: hand it over, call for help, put it off, or sign.

    Exit status 1 when nothing came of it.
    """
    done = asyncio.run(answered(responder, text, pin))
    if as_json:
        put_json({"code": done.code, "answer": done.word, "told": done.told, "events": done.kinds})
    else:
        typer.echo(f"{done.code}: {done.sentence}")
    if not done.worked:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Done:
    """What came of it."""

    code: str
    word: Word
    kinds: list[str]
    """The types of the events, in order."""
    told: list[str]
    """What people were told because of it."""

    @property
    def worked(self) -> bool:
        """Whether it did what was asked."""
        return any(kind in self.kinds for kind in ("give_started", "help_called", "snoozed", "resolved"))

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        if self.worked:
            return {
                "give": "they were asked to take it over; until they do, nothing changes.",
                "help": "the next step is paged as well.",
                "snooze": "it was put off.",
                "sign": "it is signed and closed.",
            }[self.word]
        why = ", ".join(word.replace("_", " ") for word in self.told)
        return f"nothing came of it ({why or 'it was already so'}); see `vigil escalations {self.code}`."


async def answered(responder: str, text: str, pin: str) -> Done:
    """Give the answer and return what came of it. Raises Trouble when it can't be given at all."""
    reply = parse(text)
    word = _WORDS.get(reply.key)
    if word is None or not reply.code:
        raise Trouble(
            f"{text!r} is none of 'give K7 kim', '5 K7', 'snooze K7 2h', 'sign K7' (with the code); "
            "everything else is answered on the phone that was paged"
        )
    async with linked() as link:
        people = await link.values("people", Person)
        person = people.get(responder)
        if person is None:
            raise unknown("responder", responder, people)
        await refuse_unless_pin_fits(link, person, pin)
        subject = await _subject(link, reply.code)
        log = Log(link.nc, "ESCALATIONS", timeout=5)
        before = await log.last(subject)
        brief = brief_of(before)
        if before is None or brief is None or brief.status is EscalationStatus.CLOSED:
            raise Trouble(f"{reply.code} is closed")
        said = DeskAnswered(
            id=secrets.token_hex(8),
            at=link.clock.now(),
            responder=responder,
            subject=subject,
            run=brief.run,
            answer=word,
            asked=_named(reply, people, link.seals()) if word == "give" else None,
            minutes=reply.minutes or _HOUR,
            account=me(),
        )
        about = subject.partition(".")[2]
        await publish_fact(
            link.nc, f"programme.desk_answered.{about}", said.model_dump_json().encode(), f"desk:{said.id}"
        )
        kinds, told = await _outcome(log, subject, before.sequence, said.id)
    return Done(reply.code, word, kinds, told)


async def _subject(link: Link, code: str) -> str:
    taken = (await link.values("codes", CodeTaken)).get(code)
    if taken is None or not taken.subject:
        raise Trouble(f"no escalation has the code {code}; `vigil escalations` lists what is open")
    return taken.subject


def _named(reply: Reply, people: dict[str, Person], seals: Seals) -> str | None:
    """The one active responder of that id or first name, or None."""
    active = {who: seals.unseal(person.name) for who, person in people.items() if person.active}
    return names.resolve(reply.name, active)


async def _outcome(log: Log, subject: str, since: int, name: str) -> tuple[list[str], list[str]]:
    """The kinds of event that came of it, and what was told, within ten seconds."""
    for _ in range(50):
        for stored in await log.since(subject, since + 1):
            if f"desk-{name}:".encode() in stored.data:
                events = read_events(stored.data, _EVENTS)
                told = [event.telling.value for event in events if event.type == "responder_told"]
                return [event.type for event in events], told
        await asyncio.sleep(0.2)
    raise Trouble("nothing was heard of it within 10 s; is escalation running? `vigil doctor`")

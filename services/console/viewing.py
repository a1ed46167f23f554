"""The holder's view: what one person sees of one escalation, and what they may read of its patient."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.people import Patient
from contracts.privacy import Texting
from contracts.replies import Key
from services.console.core import board, buttons, words
from services.console.core.board import Open, Row
from services.console.core.buttons import Button, Tie
from services.console.core.rights import Action, Grant
from services.console.core.words import When
from services.console.dossier import Dossier, Dossiers
from services.console.overview import Overview
from services.console.sign_in import Signed
from services.console.web import NotThere, Web

_REASON_HOLDS = timedelta(minutes=10)


class Reading(StrEnum):
    """Whether the patient's content is shown, and if not, what is missing."""

    SHOWN = "shown"
    TAKE_FIRST = "take_first"
    REASON = "reason"
    CODE = "code"
    NO = "no"
    NOBODY = "nobody"
    """It is about Vigil itself."""


@dataclass(frozen=True)
class Form:
    """A button with the id of its form: while nothing changed it is the same, so a press counts once."""

    button: Button
    id: str


@dataclass(frozen=True)
class View:
    """Everything a page of one escalation shows."""

    one: Open
    row: Row
    tie: Tie
    forms: tuple[Form, ...]
    needs_code: bool
    """Whether closing it wants a one-time code now."""
    dossier: Dossier
    reading: Reading
    zone: ZoneInfo
    now: datetime
    writes: bool
    """Whether they may write to the patient here."""
    colleagues: tuple[tuple[str, str], ...]
    dispositions: tuple[tuple[str, str], ...]
    texting: str
    """What must be known before anything is texted."""

    @property
    def rare(self) -> tuple[Form, ...]:
        """What is folded away."""
        return tuple(form for form in self.forms if form.button.rare)

    def when(self, moment: datetime | None) -> When | None:
        """Return a moment on the viewer's clock."""
        return words.when(moment, self.zone, self.now)


class Reasons:
    """Why somebody reads of a patient who is not theirs: said for ten minutes of one session, in memory."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[str, datetime]] = {}

    def say(self, session: str, run: str, why: str, now: datetime) -> None:
        """Note a reason."""
        self._said = {key: one for key, one in self._said.items() if now - one[1] < _REASON_HOLDS}
        self._said[session, run] = (why, now)

    def of(self, session: str, run: str, now: datetime) -> str:
        """Return the reason that was said, or ""."""
        why, at = self._said.get((session, run), ("", now))
        return why if now - at < _REASON_HOLDS else ""


class Viewing:
    """Makes views. Raises NotThere, Unavailable."""

    def __init__(self, overview: Overview, dossiers: Dossiers, web: Web, reasons: Reasons) -> None:
        self._overview = overview
        self._dossiers = dossiers
        self._web = web
        self._reasons = reasons

    def find(self, code: str) -> Open:
        """Return the escalation of a code."""
        one = self._overview.by_code(code.upper())
        if one is None:
            raise NotThere("No escalation has this code. It may have been closed long ago.")
        return one

    async def of(self, signed: Signed, code: str) -> View:
        """Return what this person sees of it; that content is shown is on record when this returns."""
        overview, now = self._overview, self._web.clock.now()
        one, person = self.find(code), signed.account.person
        dossier = await self._dossiers.of(one)
        story, talk = dossier.story, overview.talks.get(one.subject.partition(".")[2])
        helpers = story.helpers if story is not None else ()
        beside = (*helpers, *(talk.joined if talk is not None and not one.is_fault else ()))
        pages = overview.pages_of(person, one.brief.run) if person else []
        closed_by = story.closed_by if story is not None else None
        tie = buttons.tie(person, one.brief, pages, beside, closed_by)
        reading, why = self._reading(signed, one, tie, now)
        if reading is Reading.SHOWN:
            await self._dossiers.opened(dossier, signed.account.id, why, now)
        may_press = self._web.grant(signed, Action.PRESS) is not Grant.NO
        undo_until = story.undo_until if story is not None else None
        pressable = buttons.buttons(tie, one.brief, is_fault=one.is_fault, undo_until=undo_until, now=now)
        zone = overview.zone(person)
        may_talk = self._web.grant(signed, Action.TALK) is Grant.YES and not one.is_fault
        return View(
            one=one,
            row=board.row(one, overview.name, zone, now),
            tie=tie,
            forms=tuple(Form(each, form_id(signed, one, each.key)) for each in pressable)
            if may_press
            else (),
            needs_code=self._web.grant(signed, Action.CLOSE_IMMINENT) is Grant.STEP_UP,
            dossier=dossier,
            reading=reading,
            zone=zone,
            now=now,
            writes=may_talk and tie in (Tie.HOLDS, Tie.BESIDE) and reading is Reading.SHOWN,
            colleagues=self._colleagues(person),
            dispositions=words.dispositions(one.is_fault),
            texting=texting_of(dossier.patient, now),
        )

    def _reading(self, signed: Signed, one: Open, tie: Tie, now: datetime) -> tuple[Reading, str]:
        if one.is_fault:
            return Reading.NOBODY, ""
        own = {
            Tie.HOLDS: f"holds {one.brief.code}",
            Tie.SIGNS: f"is asked to sign {one.brief.code}",
            Tie.BESIDE: f"helps with {one.brief.code}",
            Tie.HELD: f"closed {one.brief.code}",
        }.get(tie)
        if own is not None and (grant := self._web.grant(signed, Action.READ_OWN)) is not Grant.NO:
            return (Reading.SHOWN, own) if grant is Grant.YES else (Reading.CODE, own)
        match self._web.grant(signed, Action.READ_ANY):
            case Grant.NO:
                return (Reading.TAKE_FIRST if tie is Tie.PAGED else Reading.NO), ""
            case grant:
                why = self._reasons.of(signed.key, one.brief.run, now)
                if not why:
                    return Reading.REASON, ""
                return (Reading.SHOWN, why) if grant is Grant.YES else (Reading.CODE, why)

    def _colleagues(self, person: str | None) -> tuple[tuple[str, str], ...]:
        people = self._overview.people.values
        names = [(who, self._overview.name(who)) for who, one in people.items() if one.active]
        return tuple(sorted((pair for pair in names if pair[0] != person), key=lambda pair: pair[1]))


def form_id(signed: Signed, one: Open, key: Key) -> str:
    """Return the id of a press: sent twice, from two tabs, or after a lost answer, it is the same one.

    Whatever comes of a press changes the escalation, and so the id of the next one.
    """
    said = f"{signed.account.id} {one.brief.run} {one.sequence} {key.value}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def texting_of(patient: Patient | None, now: datetime) -> str:
    """Return what must be known before anything is texted to the patient, in a sentence; "" for nothing."""
    if patient is None:
        return ""
    if patient.opted_out_at is not None:
        return "They stopped texts: call them."
    match patient.texting(now):
        case Texting.CALL:
            return "It is not safe to text them now: call."
        case Texting.NEUTRAL:
            return "Somebody else may read their phone: only words that tell a stranger nothing."
        case Texting.FREE:
            return ""

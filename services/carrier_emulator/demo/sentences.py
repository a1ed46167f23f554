"""What happened in an escalation, one sentence for each event: pure, in plain words.

Names are shown because the people of the demo are made up; staff phones never show a patient's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts import escalations as e
from contracts.values import Kind
from services.carrier_emulator.demo import beside_sentences, words

Tone = Literal["plain", "signal", "page", "good", "warn", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `key` is the page or message whose attempts belong to it."""

    text: str
    tone: Tone = "plain"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """How people, the patient and moments are called in one escalation."""

    person: Callable[[str], str]
    patient: str
    zone: str
    is_fault: bool = False
    """Whether it is about the system itself: then there is no patient to reach."""
    now: datetime | None = None
    """When it happened: a moment of another day is told with its day."""

    def at(self, moment: datetime) -> str:
        """Return a moment on the wall clock of the timeline."""
        return words.on(moment, self.zone, self.now or moment)


def lines(event: e.EscalationEvent, names: Names) -> tuple[Line, ...]:
    """Return what the timeline says about an event; nothing about mere bookkeeping."""
    match event:
        case e.Opened():
            return _opened(event, names)
        case e.SignalJoined(signal=signal):
            what = words.happened(signal, names.patient)
            return (Line(f"{what} ({signal.urgency.word}): it joins this one.", "signal"),)
        case e.UrgencyRaised(urgency=urgency, policy=policy):
            word = urgency.word
            return (Line(f"More urgent now: {word}. Starts anew with {_policy(policy)}.", "warn"),)
        case e.StepStarted(round=round_, step=step, ends_at=ends_at):
            again = f", round {round_ + 1}" if round_ else ""
            return (
                Line(f"Step {step + 1}{again} began. If nobody answers, it goes on at {names.at(ends_at)}."),
            )
        case e.StepSkipped(step=step, cause=cause):
            why = f" ({cause})" if cause else ""
            return (Line(f"Step {step + 1} has nobody to page{why}: the next begins at once.", "warn"),)
        case e.FaultRaised(note=note):
            return (Line(f"Operations are told: {note}", "warn"),)
        case e.FaultTold() | e.Heard():
            return ()
        case _elsewhere:
            return (
                _paging(event, names)
                or _holding(event, names)
                or _ending(event, names)
                or _beside(event, names)
            )


def _beside(event: e.EscalationEvent, names: Names) -> tuple[Line, ...]:
    found = beside_sentences.beside(event, names.person, names.at)
    return () if found is None else (Line(found[0], "warn" if found[1] else "plain"),)


def _opened(event: e.Opened, names: Names) -> tuple[Line, ...]:
    signal = event.signal
    note = f": {signal.note}" if signal.kind is Kind.SYSTEM_FAULT and signal.note else "."
    word = signal.urgency.word
    first = Line(f"{words.happened(signal, names.patient)}{note} Urgency {word}.", "signal")
    begins = ""
    if event.starts_at is not None and event.starts_at > event.at:
        begins = f" Paging begins at {names.at(event.starts_at)}."
    elif event.review_at is not None:
        begins = f" Pages nobody; somebody looks at it by {names.at(event.review_at)}."
    return first, Line(f"Escalation {event.code} opened with {_policy(event.policy)}.{begins}")


def _policy(policy: object) -> str:
    title = str(getattr(policy, "title", "") or getattr(policy, "id", ""))
    return f"the policy “{title}”"


def _paging(event: e.EscalationEvent, names: Names) -> tuple[Line, ...]:
    match event:
        case e.PageRequested(responder=who, page=page):
            return (Line(f"Page to {names.person(who)}.", "page", page),)
        case e.PageWithdrawn(responder=who, reason=reason, holder=holder):
            why = {
                "held": f"{names.person(holder) if holder else 'somebody else'} has it",
                "superseded": "a newer page replaces it",
                "closed": "it is closed",
            }[reason]
            return (Line(f"Page to {names.person(who)} withdrawn: {why}."),)
        case e.PageEnded(responder=who, outcome="declined"):
            return (Line(f"{names.person(who)} passed."),)
        case e.PageEnded(responder=who, codes=codes):
            how = f" (carrier code {', '.join(codes)})" if codes else ""
            return (Line(f"{names.person(who)} can't be reached in any way{how}.", "warn"),)
        case e.ResponderTold(responder=who, telling=telling, message=message):
            return (Line(f"{names.person(who)} is told: {words.telling(telling)}.", "page", message),)
        case e.BridgeRequested(responder=who, bridge=bridge, contact=contact):
            whom = f"contact {contact} of {names.patient}" if contact else names.patient
            text = f"{names.person(who)} is being connected with {whom} by phone, numbers hidden."
            return (Line(text, "page", bridge),)
        case _elsewhere:
            return ()


def _holding(event: e.EscalationEvent, names: Names) -> tuple[Line, ...]:
    match event:
        case e.Held(responder=who, contact_by=contact_by, before=before):
            text = f"Taken by {names.person(who)}."
            if before is not None and before != who:
                text += f" {names.person(before)} no longer holds it."
            due = "It is to be fixed by" if names.is_fault else "Contact with the patient is due by"
            return (Line(f"{text} {due} {names.at(contact_by)}.", "good"),)
        case e.GivenBack(responder=who):
            return (Line(f"{names.person(who)} gave it back: others are asked to take it.", "warn"),)
        case e.HolderActive(responder=who):
            return (Line(f"{names.person(who)} is doing something about it."),)
        case e.HolderAsked(why=why):
            asked = {
                "idle": "nothing was heard for a while, so whoever has it is asked",
                "contact_overdue": "contact is overdue, so whoever has it is asked",
                "disposition": "how it ended is still to be said, so whoever has it is asked",
                "hand_off": "contact is still to be confirmed, so whoever has it is asked",
            }[why]
            return (Line(f"{asked.capitalize()}.", "warn"),)
        case e.ContactOverdue(why=why):
            reason = {
                "idle": "Nothing is heard from whoever has it",
                "contact_overdue": "The patient was not reached in time",
                "message_failed": "A message to whoever has it failed",
                "hand_off": "Contact was not confirmed in time",
                "could_not_reach": "The patient could not be reached",
                "help": "Whoever has it calls for help",
            }[why]
            return (Line(f"{reason}: others are paged too.", "warn"),)
        case e.Reviewed(next_at=next_at):
            return (Line(f"Looked at again; the next look is at {names.at(next_at)}."),)
        case _elsewhere:
            return ()


def _ending(event: e.EscalationEvent, names: Names) -> tuple[Line, ...]:
    match event:
        case e.Reached(responder=who, resolve_by=resolve_by):
            text = (
                f"{names.person(who)} reached {names.patient}. How it ends is due by {names.at(resolve_by)}."
            )
            return (Line(text, "good"),)
        case e.DispositionNoted(responder=who, disposition=disposition, why=why):
            but = {
                "untold": "something new came in that they have not been told",
                "pin": "it needs the PIN",
                "not_holder": "somebody else has it",
                "unreached": "the patient was not reached",
            }[why]
            said = words.disposition(disposition)
            return (Line(f"{names.person(who)} noted “{said}”; it stays open: {but}.", "warn"),)
        case e.SignatureAsked(responder=who, disposition=disposition, sign_by=sign_by):
            said = words.disposition(disposition)
            text = (
                f"{names.person(who)} wants to close it ({said}); a second person signs by "
                f"{names.at(sign_by)}."
            )
            return (Line(text),)
        case e.HandOffStarted(responder=who, disposition=disposition, confirm_by=confirm_by):
            said = words.disposition(disposition)
            text = f"{names.person(who)}: {said}. Open until contact is confirmed, by {names.at(confirm_by)}."
            return (Line(text, "warn"),)
        case e.HandOffConfirmed(responder=who):
            return (Line(f"{names.person(who)} confirmed that contact was made.", "good"),)
        case e.Resolved(responder=who, disposition=disposition, second=second, undo_until=undo_until):
            signed = f", signed by {names.person(second)}" if second else ""
            said = words.disposition(disposition)
            text = (
                f"Closed by {names.person(who)}{signed}: {said}. Can be undone until {names.at(undo_until)}."
            )
            return (Line(text, "end"),)
        case e.Undone(responder=who, what=what):
            taken = "the report of contact" if what == "reached" else "the closing"
            return (Line(f"{names.person(who)} took back {taken}.", "warn"),)
        case e.Merged():
            return (Line("Two ids turned out to be one person: it goes on in the other escalation.", "end"),)
        case _elsewhere:
            return ()

"""The calendar of caring contacts: begun, asked for one by one, put off, ended."""

from contracts.followups import (
    CareEnded,
    CarePutOff,
    CareStarted,
    CaringContact,
    Priority,
    TaskKind,
    TextAsked,
    TextEnded,
)
from contracts.outreach import OutreachKind, Withheld
from services.followup.core import calendar, plans, tasks
from services.followup.core.draft import Draft, opaque
from services.followup.core.state import Text

_TRIED_AGAIN = (
    Withheld.CRISIS_OPEN,
    Withheld.QUIET_HOURS,
    Withheld.TOO_LATE,
    Withheld.PAUSED,
    Withheld.TOO_MANY,
)
"""What another day can mend."""


def start(draft: Draft, after: str, seed: str, run: str | None) -> None:
    """Begin a calendar in the place of an earlier one; who opted out of texts is called instead.

    The first hours of the calendar are a check-in; what is further ahead is caring contacts.
    """
    here, state = draft.here, draft.state
    limits = here.limits
    if here.known.erased or not limits.steps:
        return
    chances = [here.chance(number) for number in range(len(limits.steps))]
    moments = calendar.planned(limits.steps, here.now, here.window, chances)
    if here.known.opted_out:
        # Nothing can be texted; the first check-in is a call then.
        tasks.add(
            draft, TaskKind.CALL, seed, moments[0][1], Priority.NORMAL, run=run, why=Withheld.OPTED_OUT.value
        )
        return
    plan = opaque("care", f"{state.patient} {seed}")
    replaces = state.care.plan if state.care is not None else None
    if replaces is not None:
        draft.add(CareEnded(at=here.now, plan=replaces, why="superseded"))
    contacts = tuple(
        CaringContact(
            contact=opaque("cc", f"{plan} {step.name}"),
            kind=OutreachKind.FOLLOW_UP if step.unit == "h" else OutreachKind.CARING,
            step=step.name,
            due=moment,
            variant=number,
        )
        for number, (step, moment) in enumerate(moments)
    )
    draft.add(
        CareStarted.model_validate(
            {
                "at": here.now,
                "plan": plan,
                "after": after,
                "run": run,
                "replaces": replaces,
                "contacts": contacts,
            }
        )
    )


def end(draft: Draft, why: str) -> None:
    """No caring contact comes any more; what is asked for and not yet sent is dropped."""
    if draft.state.care is not None:
        draft.add(CareEnded.model_validate({"at": draft.here.now, "plan": draft.state.care.plan, "why": why}))


def look(draft: Draft, crisis_open: bool) -> None:
    """Ask for what is due, one text at a time; put off what can't come now."""
    here = draft.here
    due = [one for one in (draft.state.care.contacts if draft.state.care else ()) if one.due <= here.now]
    if due and here.known.erased:
        end(draft, "erased")
        return
    if due and here.known.opted_out:
        opted_out(draft)
        return
    for one in due:
        _contact(draft, one, crisis_open)


def opted_out(draft: Draft) -> None:
    """The patient wants no texts: the calendar ends, and a person calls."""
    if draft.state.care is not None:
        plan = draft.state.care.plan
        end(draft, "opted_out")
        tasks.call_instead(draft, plan, Withheld.OPTED_OUT.value, Priority.NORMAL)


def text_ended(draft: Draft, text: Text, withheld: Withheld | None, *, unanswered: bool = False) -> None:
    """It is known what became of a text: whatever was not sent, somebody does by voice, or another day."""
    draft.add(TextEnded(at=draft.here.now, outreach=text.outreach, withheld=withheld, unanswered=unanswered))
    if text.request is not None:
        plans.text_ended(draft, text, sent=withheld is None and not unanswered)
        return
    if withheld is Withheld.DROPPED:
        return
    if withheld is None and not unanswered:
        _finish(draft)
        return
    why = withheld.value if withheld is not None else "unanswered"
    if text.contact is None or not _tried_again(draft, text.contact, withheld):
        tasks.call_instead(draft, text.outreach, why, _priority(text))
        if withheld is Withheld.OPTED_OUT:
            end(draft, "opted_out")
        _finish(draft)


def undelivered(draft: Draft, text: Text) -> None:
    """The carrier took a text, and says now that it did not arrive: a person calls."""
    draft.add(TextEnded(at=draft.here.now, outreach=text.outreach, withheld=Withheld.UNDELIVERED))
    if text.request is not None:
        plans.undelivered(draft, text)
    else:
        tasks.call_instead(draft, text.outreach, Withheld.UNDELIVERED.value, _priority(text))


def _priority(text: Text) -> Priority:
    """A check-in after a crisis weighs more than a caring contact, and that more than a resource."""
    match text.kind:
        case OutreachKind.FOLLOW_UP:
            return Priority.HIGH
        case OutreachKind.CARING:
            return Priority.NORMAL
        case _other:
            return Priority.LOW


def _tried_again(draft: Draft, contact: CaringContact, withheld: Withheld | None) -> bool:
    here = draft.here
    if draft.state.care is None or withheld not in _TRIED_AGAIN:
        return False
    # An open crisis is no failure: somebody is with the patient.
    tries = contact.tries + (0 if withheld is Withheld.CRISIS_OPEN else 1)
    if tries >= here.limits.tries:
        return False
    draft.add(
        CarePutOff.model_validate(
            {
                "at": here.now,
                "contact": contact.contact,
                "until": calendar.another_day(here.now, here.window, here.chance(contact.variant)),
                "why": withheld.value,
                "again": contact.model_copy(update={"tries": tries}),
            }
        )
    )
    return True


def _contact(draft: Draft, one: CaringContact, crisis_open: bool) -> None:
    here, state = draft.here, draft.state
    now, window, chance = here.now, here.window, here.chance(one.variant)
    if crisis_open:
        draft.add(
            CarePutOff(
                at=now,
                contact=one.contact,
                until=calendar.another_day(now, window, chance),
                why="crisis_open",
            )
        )
        return
    awaited = any(text.contact is not None for text in state.texts)
    apart = here.limits.apart
    if awaited or (state.last_text is not None and now < state.last_text + apart):
        last = now if awaited or state.last_text is None else state.last_text
        after = last + apart - calendar.DAY
        until = calendar.another_day(now, window, chance, after)
        draft.add(CarePutOff(at=now, contact=one.contact, until=until, why="too_close"))
        return
    if not calendar.is_open(now, window):
        # A stop of the machine, or of the crisis line: never at night.
        until = calendar.next_open_day(now, window, chance)
        draft.add(CarePutOff(at=now, contact=one.contact, until=until, why="too_late"))
        return
    send_by = calendar.end_of(now, window)
    draft.add(
        TextAsked(
            at=now,
            outreach=opaque(one.kind.value, f"{one.contact} {one.due.isoformat()}"),
            kind=one.kind,
            send_by=send_by,
            answer_by=send_by + here.limits.answer_within,
            contact=one.contact,
            variant=one.variant,
        )
    )


def _finish(draft: Draft) -> None:
    care = draft.state.care
    if care is not None and not care.contacts and not any(text.contact for text in draft.state.texts):
        end(draft, "finished")

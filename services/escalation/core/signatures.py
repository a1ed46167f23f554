"""The second signature: a disposition of an imminent run counts when another person signs it."""

from datetime import timedelta

from contracts.escalations import SignatureAsked, Telling
from contracts.pages import SignatureGiven
from contracts.values import Disposition, Urgency
from services.escalation.core import holding, hours, resolving, targets, telling
from services.escalation.core.draft import Draft
from services.escalation.core.faults import raise_fault
from services.escalation.core.state import Run

SIGN_WITHIN = timedelta(minutes=10)
"""How long a second person has before the next step is asked as well. Ours; sites approve."""


def needed(run: Run) -> bool:
    """Whether a second person signs: as the policy says, by default for imminent runs."""
    wanted = run.rules.second_signature
    return run.urgency is Urgency.IMMINENT if wanted is None else wanted


def ask(draft: Draft, responder: str, disposition: Disposition) -> None:
    """Ask the second persons of the first step that has somebody else; each time one step wider.

    In the quiet hours of the policy nobody is asked before the morning.
    """
    morning = hours.by_day(draft.run, draft.now)
    waits = morning > draft.now
    sign_by = morning if waits else hours.by_day(draft.run, draft.now + SIGN_WITHIN)
    draft.add(
        SignatureAsked(
            at=draft.now, responder=responder, disposition=disposition, sign_by=sign_by, waits=waits
        )
    )
    holding.stop_paging(draft, {responder})
    unsigned = draft.run.unsigned
    width = unsigned.asked if unsigned is not None else 1
    asked = () if waits else _second_persons(draft, responder, width)
    if width <= 1:
        telling.tell(
            draft,
            responder,
            Telling.WAITS_FOR_SIGNATURE,
            disposition=disposition.value,
            sign_by=sign_by.isoformat(),
            next=telling.listed(asked),
        )
    told = [
        telling.tell(draft, second, Telling.SIGN_PLEASE, by=responder, disposition=disposition.value)
        for second in asked
    ]
    if not waits and not any(told):
        raise_fault(
            draft,
            "roster",
            "nobody can sign",
            "A disposition waits for a second signature, and nobody else on the roster can be asked.",
        )


def signature_given(draft: Draft, event: SignatureGiven) -> None:
    """Another person than the giver signs: it closes."""
    unsigned = draft.run.unsigned
    if unsigned is None:
        telling.tell(draft, event.responder, Telling.NOT_CLOSED_NEW, untold="0")
    elif unsigned.responder == event.responder:
        telling.tell(
            draft,
            event.responder,
            Telling.WAITS_FOR_SIGNATURE,
            disposition=unsigned.disposition.value,
            sign_by=unsigned.sign_by.isoformat(),
            next="",
        )
    else:
        resolving.resolve(draft, unsigned.responder, unsigned.disposition, event.responder)


def _second_persons(draft: Draft, giver: str, width: int) -> tuple[str, ...]:
    """The people of the first `width` steps that have somebody but the giver; then everybody."""
    groups: list[list[str]] = []
    for step in range(len(draft.run.rules.steps)):
        found = targets.find(draft, targets.targets_of(draft.run, 0, step))
        groups.append([person.id for person in found.people if person.id != giver])
    groups.append([person.id for person in targets.everyone(draft) if person.id != giver])
    wide = [group for group in groups if group][:width]
    return tuple(dict.fromkeys(person for group in wide for person in group))

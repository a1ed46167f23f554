"""The end of a run, and the answer to whoever ended it."""

from datetime import timedelta

from contracts.escalations import Resolved, Telling
from contracts.values import Disposition
from services.escalation.core import holding, telling
from services.escalation.core.draft import Draft

UNDO_WITHIN = timedelta(minutes=5)
"""How long the last `3` or `4` can be taken back."""


def resolve(draft: Draft, responder: str, disposition: Disposition, second: str | None = None) -> None:
    """Close the run and tell all who have to do with it; `undo` can open it again for five minutes."""
    helpers, giving = draft.run.helpers, draft.run.giving
    draft.add(
        Resolved(
            at=draft.now,
            responder=responder,
            disposition=disposition,
            second=second,
            undo_until=draft.now + UNDO_WITHIN,
        )
    )
    telling.withdraw_all(draft, "closed")
    tell_both(draft, responder, Telling.CLOSED, {"disposition": disposition.value})
    told = (responder, draft.run.holder)
    for other in dict.fromkeys((*helpers, second)):
        if other is not None and other not in told:
            telling.tell(draft, other, Telling.CLOSED, disposition=disposition.value)
    if giving is not None and giving.asked not in (*told, *helpers, second):
        telling.tell(draft, giving.asked, Telling.OTHER_HAS_IT, holder=draft.run.holder or responder)


def tell_both(draft: Draft, responder: str, what: Telling, args: dict[str, str]) -> None:
    """Tell the one who answered, and the holder if that is somebody else."""
    holder = draft.run.holder
    if responder != holder:
        telling.tell(draft, responder, what, **args)
    holding.tell_holder(draft, what, **args)

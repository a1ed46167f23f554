"""The brief of a run: what stands in the headers of its commits."""

from contracts.escalations import EscalationBrief
from services.escalation.core.state import Run


def brief(state: Run) -> EscalationBrief | None:
    """Return what others may know at a glance; None if no run was ever opened."""
    if state.policy is None or state.opened_at is None:
        return None
    return EscalationBrief(
        run=state.run,
        code=state.code,
        status=state.status,
        urgency=state.urgency,
        kind=state.kind,
        holder=state.holder,
        opened_at=state.opened_at,
        round=state.round,
        step=max(state.step, 0),
        evidence=state.evidence,
        contact_by=state.contact_by,
        room=state.room,
        policy=state.policy.id,
        paged=tuple(out.responder for out in state.out),
    )

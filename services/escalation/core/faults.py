"""Faults: what is wrong with Vigil or its set-up, told to ops once an hour and never in a loop.

A fault's id is its area, its cause and the hour: the same trouble with many patients is told once.
A run about a fault raises none.
"""

import re

from contracts.escalations import FaultRaised
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.escalation.core.draft import Draft
from services.escalation.core.state import Run


def raise_fault(draft: Draft, area: str, cause: str, note: str, urgency: Urgency = Urgency.URGENT) -> None:
    """Tell ops, unless this hour already did. `note`: what is wrong and what to do; nobody's name."""
    fault = fault_id(draft, area, cause)
    if draft.run.is_fault or fault in draft.run.faults:
        return
    draft.add(FaultRaised(at=draft.now, fault=fault, area=area, note=note, urgency=urgency))


def fault_id(draft: Draft, area: str, cause: str) -> str:
    """Return `<area>-<cause>-<hour>`, in characters that an id may have."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", cause).strip("-").lower()[:48]
    return f"{area}-{slug}-{draft.now:%Y%m%d%H}"


def untold_faults(state: Run) -> tuple[FaultRaised, ...]:
    """Return the faults that have not reached their own subject yet, the oldest first."""
    return state.untold


def fault_signal(fault: FaultRaised) -> Signal:
    """Return the signal that opens, or joins, the run under `faults.<area>`."""
    return Signal(
        id=f"fault/{fault.fault}",
        kind=Kind.SYSTEM_FAULT,
        urgency=fault.urgency,
        area=fault.area,
        occurred_at=fault.at,
        received_at=fault.at,
        source="escalation",
        note=fault.note,
    )

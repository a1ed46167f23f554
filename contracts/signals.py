"""A signal: the reason to act."""

from contracts.values import Id, Kind, Moment, Urgency, Value

HOLD_LAPSED = "hold_lapsed"
"""A tag: the holder did not answer the patient, or could not be brought what they wrote. Whoever hears it
while somebody holds the run pages anew from step 1, the holder too."""


class Signal(Value):
    """Something happened to a patient (or to Vigil itself) that a person must know of.

    `id` is the deduplication id: the source's name and the source's own id. `evidence` refers
    to the sealed original (stream and sequence, or a document id); it never holds content.
    """

    id: str
    kind: Kind
    urgency: Urgency
    patient: Id | None = None
    """Who it is about; absent only for `system_fault`."""
    area: Id | None = None
    """The part of the system at fault; only for `system_fault`."""
    occurred_at: Moment
    received_at: Moment
    source: str
    evidence: str | None = None
    tags: tuple[str, ...] = ()
    not_to: tuple[Id, ...] = ()
    """Responders who must not be paged about it: the one who texted it."""
    also_to: tuple[Id, ...] = ()
    """Responders who are paged together with the first step when it opens a run: who spoke last."""
    note: str = ""
    """For `system_fault` only: what is wrong and what to do, free of anything identifying."""
    room: Id | None = None
    """A conference room in which a caller waits to be connected."""

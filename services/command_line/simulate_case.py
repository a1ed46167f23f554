"""What a simulation is asked, made exact: which signal, at which moment, in which scene."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.command_line.moments import moment
from services.command_line.scene import Scene
from services.command_line.troubles import Trouble
from services.escalation.core.inputs import World


@dataclass(frozen=True)
class Case:
    """A signal that might come, and all it would meet."""

    scene: Scene
    at: datetime
    """When it comes, UTC."""
    zone: ZoneInfo
    """The clock on which moments are read and shown."""
    kind: Kind
    urgency: Urgency
    tags: tuple[str, ...]
    """Those of the signal and of the patient."""
    patient: str = ""
    therapist: str | None = None

    def signal(self, kind: Kind | None = None, urgency: Urgency | None = None) -> Signal:
        """Return the signal, or one of another kind or urgency."""
        kind = kind or self.kind
        fault = kind is Kind.SYSTEM_FAULT
        return Signal(
            id="simulated/1",
            kind=kind,
            urgency=urgency or self.urgency,
            patient=None if fault else self.patient or "simulated",
            area="simulated" if fault else None,
            occurred_at=self.at,
            received_at=self.at,
            source="simulated",
            tags=self.tags,
        )

    @property
    def world(self) -> World:
        """The world of every decision about it."""
        return self.scene.world(self.therapist)

    def moment(self, text: str) -> datetime:
        """Return a moment as written, UTC; a time alone is the next after the signal. Raises Trouble."""
        return moment(text, self.at, self.zone)


def case(
    scene: Scene,
    *,
    at: str,
    kind: Kind,
    urgency: Urgency,
    tags: tuple[str, ...],
    patient: str,
    therapist: str,
    zone: str,
) -> Case:
    """Return what was asked. Raises Trouble for what does not exist or cannot be read."""
    if not scene.people:
        raise Trouble("there is nobody to page; run `vigil roster apply FOLDER`, or name one with --roster")
    if therapist and therapist not in scene.people:
        raise Trouble(f"--therapist: there is no responder {therapist!r}; see `vigil who`")
    clock = _zone(zone) if zone else scene.zone or scene.policy_zone
    when = (moment(at, scene.now, clock) if at else scene.now).replace(microsecond=0)
    known = scene.patients.get(patient)
    return Case(
        scene=scene.around(when),
        at=when,
        zone=clock,
        kind=kind,
        urgency=urgency,
        tags=tuple(dict.fromkeys((*tags, *scene.tags(patient, when)))),
        patient=patient,
        therapist=therapist or (known.therapist if known else None),
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Trouble(f"--zone: {name!r} is no IANA zone; write one such as America/New_York") from None

"""A timetable for the core of escalation: what is heard when, and who is paged and told because of it.

`at("02:14")` lets time pass, meeting every deadline on the way, as the service would; what happened
since the last call stands in `happened`. Each step also checks the laws that hold always.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import pages
from contracts.escalations import (
    EscalationEvent,
    EscalationStatus,
    FaultRaised,
    Opened,
    PageRequested,
    PageWithdrawn,
    ResponderTold,
)
from contracts.people import ContactMethod, Person
from contracts.policies import Policy, PolicySet, Round, Step, Target
from contracts.programme import SignalFollowed
from contracts.schedules import Shift, Shifts
from contracts.signals import Signal
from contracts.values import Channel, Disposition, Kind, Sealed, Urgency
from services.escalation.core.decide import decide
from services.escalation.core.due import due
from services.escalation.core.evolve import evolve
from services.escalation.core.faults import untold_faults
from services.escalation.core.inputs import (
    FaultsTold,
    FollowHeard,
    Heard,
    PageHeard,
    SignalHeard,
    TimeReached,
    World,
)
from services.escalation.core.state import Run

DAY = datetime(2026, 11, 24, tzinfo=UTC)
SUBJECT = "escalations.p1"


def clock(at: str) -> datetime:
    """`02:14`, `02:14:30` or `+1 02:14` (the next day), UTC."""
    days, _, time = at.rpartition(" ")
    parts = [int(part) for part in time.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    return DAY + timedelta(days=int(days or 0), hours=hours, minutes=minutes, seconds=seconds)


def method(who: str, channel: Channel = Channel.SMS, dead: bool = False) -> ContactMethod:
    return ContactMethod(
        id=f"{who}-{channel}",
        channel=channel,
        phone=Sealed(key="k", box="box"),
        phone_ref="k-" + "0" * 32,
        dead_since=DAY if dead else None,
    )


def person(who: str, **change: Any) -> Person:
    given = {"id": who, "name": Sealed(key="k", box="box"), "methods": (method(who),), "zone": "UTC"}
    return Person(**(given | change))


def schedule(name: str, *people: str) -> Shifts:
    start, end = DAY - timedelta(days=30), DAY + timedelta(days=60)
    shifts = tuple(Shift(person=one, start=start, end=end) for one in people)
    return Shifts(schedule=name, compiled_at=start, through=end, shifts=shifts)


def target(name: str) -> Target:
    if name in ("therapist", "therapist_on_shift", "everyone"):
        return Target.model_validate(name)
    return Target(person=name[1:]) if name.startswith("@") else Target(schedule=name)


def step(*names: str, wait: int = 3, at_night: int | None = None) -> Step:
    """Names are schedules, `@kim` a person, `therapist`, `everyone`; waits in minutes."""
    night = None if at_night is None else timedelta(minutes=at_night)
    return Step(page=tuple(map(target, names)), wait=timedelta(minutes=wait), wait_at_night=night)


def policy(*steps: Step, id: str = "crisis", adds: tuple[tuple[str, ...], ...] = (), **change: Any) -> Policy:
    given: dict[str, Any] = {
        "id": id,
        "steps": steps,
        "zone": "UTC",
        "reach_within": timedelta(minutes=15),
        "repeat": tuple(Round(add=tuple(map(target, names))) for names in adds),
    }
    return Policy(**(given | change))


def policies(*of: Policy) -> PolicySet:
    return PolicySet(version=7, policies=of, applied_by="ops", applied_at=DAY)


CRISIS = policy(step("first"), step("second"), step("third"), adds=(("@dee",),))
PEOPLE = ("kim", "lee", "max", "dee", "tia")
SHIFTS = (schedule("first", "kim"), schedule("second", "lee"), schedule("third", "max"))


class Board:
    """One subject, its clock and its world."""

    def __init__(self, *of: Policy, subject: str = SUBJECT, start: str = "02:14") -> None:
        self.now = clock(start)
        self.run = Run.empty(subject)
        self.log: list[EscalationEvent] = []
        self.happened: list[EscalationEvent] = []
        self.inputs: list[Heard] = []
        self.policies = policies(*(of or (CRISIS,)))
        self.people = {who: person(who) for who in PEOPLE}
        self.shifts = {one.schedule: one for one in SHIFTS}
        self.busy: set[str] = set()
        self.therapist: str | None = "tia"
        self.tags: tuple[str, ...] | None = ()
        self.engaged: set[str] = set()
        self.code = "K7"

    # ---- what comes in

    def at(self, at: str) -> "Board":
        """Let time pass until then; deadlines on the way are met at their moment."""
        self.until(clock(at))
        return self

    def until(self, moment: datetime) -> None:
        self.happened = []
        while (next_due := due(self.run)) is not None and next_due <= moment:
            self.now = max(self.now, next_due)
            self.look()
        self.now = moment

    def look(self) -> None:
        """What the service does at a deadline: faults to ops first, then the rules."""
        if faults := untold_faults(self.run):
            self._hear(FaultsTold(tuple(fault.fault for fault in faults)))
        self._hear(TimeReached())
        left = due(self.run)
        assert left is None or left > self.now or untold_faults(self.run), f"still due: {self.run}"

    def signal(
        self, urgency: Urgency = Urgency.IMMINENT, kind: Kind = Kind.PATIENT_ALERT, **change: Any
    ) -> "Board":
        number = sum(isinstance(one, SignalHeard) for one in self.inputs) + 1
        given = {
            "id": f"s{number}",
            "kind": kind,
            "urgency": urgency,
            "patient": "p1",
            "occurred_at": self.now,
            "received_at": self.now,
            "source": "test",
        }
        return self.hear(SignalHeard(Signal(**(given | change))))

    def followed(self, what: str = "late_check_in", signal: str = "", **change: Any) -> "Board":
        """Something came later about a signal: the first of the run, unless another is named."""
        number = sum(isinstance(one, FollowHeard) for one in self.inputs) + 1
        given = {
            "id": f"f{number}",
            "signal": signal or (self.run.signals[0] if self.run.signals else "s1"),
            "patient": "p1",
            "at": self.now,
            "received_at": self.now,
            "what": what,
            "source": "test",
        }
        return self.hear(FollowHeard(SignalFollowed(**(given | change))))

    def takes(self, who: str, **change: Any) -> "Board":
        told = {"urgency": self.run.urgency, "evidence": self.run.evidence, "channel": Channel.SMS}
        return self.answer(pages.PageAcknowledged, who, **(told | change))

    def passes(self, who: str, **change: Any) -> "Board":
        return self.answer(pages.PageDeclined, who, **({"channel": Channel.SMS} | change))

    def fails(self, who: str, *codes: str, **change: Any) -> "Board":
        return self.answer(pages.PageExhausted, who, codes=codes, **change)

    def loses(self, who: str, *codes: str) -> "Board":
        """A message to them could not be brought."""
        return self.answer(pages.MessageFailed, who, codes=codes)

    def reaches(self, who: str, **change: Any) -> "Board":
        return self.answer(pages.PatientReached, who, **({"evidence": self.run.evidence} | change))

    def closes(self, who: str, disposition: Disposition = Disposition.SPOKE, **change: Any) -> "Board":
        told = {"disposition": disposition, "evidence": self.run.evidence, "pin": "right"}
        return self.answer(pages.DispositionGiven, who, **(told | change))

    def signs(self, who: str) -> "Board":
        return self.answer(pages.SignatureGiven, who)

    def confirms(self, who: str) -> "Board":
        return self.answer(pages.ContactConfirmed, who, name=Sealed(key="k", box="box"))

    def undoes(self, who: str, **change: Any) -> "Board":
        return self.answer(pages.UndoAsked, who, **change)

    def calls(self, who: str, contact: int = 0) -> "Board":
        return self.answer(pages.CallAsked, who, contact=contact)

    def asks_more(self, who: str) -> "Board":
        return self.answer(pages.ResponderActive, who)

    def gives(self, who: str, asked: str | None, **change: Any) -> "Board":
        return self.answer(pages.GiveAsked, who, asked=asked, **change)

    def calls_for_help(self, who: str) -> "Board":
        return self.answer(pages.HelpAsked, who)

    def snoozes(self, who: str, minutes: int = 60) -> "Board":
        return self.answer(pages.SnoozeAsked, who, minutes=minutes)

    def answer(self, kind: Any, who: str, **fields: Any) -> "Board":
        """An answer to their last page of the run, a little later than anything before it."""
        run = fields.get("run") or self.run.run or "p1-0"
        theirs = [e.page for e in self.log if isinstance(e, PageRequested) and e.responder == who]
        given = {
            "at": self.now + timedelta(microseconds=len(self.inputs)),
            "page": theirs[-1] if theirs else f"{run}-m1",
            "responder": who,
            "run": run,
            "subject": self.run.subject,
        }
        return self.hear(PageHeard(kind(**(given | fields))))

    def hear(self, heard: Heard) -> "Board":
        """Hear one input now, and check that its repetition changes nothing."""
        self.happened = []
        self._hear(heard)
        self.inputs.append(heard)
        assert decide(self.run, heard, self.now, self.world) == (), f"repeated: {heard}"
        return self

    @property
    def world(self) -> World:
        return World(
            policies=self.policies,
            shifts=self.shifts,
            people=self.people,
            busy=frozenset(self.busy),
            code=self.code,
            therapist=self.therapist,
            patient_tags=self.tags,
            engaged=frozenset(self.engaged),
        )

    def _hear(self, heard: Heard) -> None:
        events = decide(self.run, heard, self.now, self.world)
        for event in events:
            self.run = evolve(self.run, event)
        self.log += events
        self.happened += events
        check_laws(self.run)

    # ---- what came of it

    @property
    def paged(self) -> list[str]:
        """Who was paged in what happened last."""
        return [event.responder for event in self.happened if isinstance(event, PageRequested)]

    @property
    def withdrawn(self) -> list[tuple[str, str]]:
        return [(e.responder, e.reason) for e in self.happened if isinstance(e, PageWithdrawn)]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(e.responder, e.telling.value) for e in self.happened if isinstance(e, ResponderTold)]

    def args(self, who: str, telling: str) -> dict[str, str]:
        """What stood in the message they got."""
        return next(
            e.args
            for e in self.happened
            if isinstance(e, ResponderTold) and (e.responder, e.telling.value) == (who, telling)
        )

    @property
    def faults(self) -> list[str]:
        return [event.fault for event in self.happened if isinstance(event, FaultRaised)]

    @property
    def kinds(self) -> list[str]:
        return [event.type for event in self.happened]

    @property
    def due(self) -> str:
        """The next deadline as hours and minutes (and the day, if it is another), or `never`."""
        moment = due(self.run)
        if moment is None:
            return "never"
        days = (moment - DAY).days
        seconds = f"{moment:%H:%M:%S}".removesuffix(":00")
        return f"+{days} {seconds}" if days else seconds


def check_laws(run: Run) -> None:
    """What holds after every single input."""
    moment = due(run)
    assert (moment is not None) == (run.open or bool(run.untold)), f"open and due differ: {run}"
    assert Run.model_validate_json(run.model_dump_json()) == run
    if (
        run.open
        and not run.covered
        and run.status
        not in (
            EscalationStatus.WAITING,
            EscalationStatus.WORKLIST,
        )
    ):
        assert run.seeking, f"nobody holds it and nobody is looked for: {run}"
    if run.holder is not None and run.covered and run.seeking:
        assert run.contested, f"others are paged, but whoever takes it would be refused: {run}"
    if run.contested and run.open:
        assert run.seeking
    if not run.open:
        assert not run.out
    if run.giving is not None:
        assert run.open and run.holder is not None, f"given by nobody: {run}"
        assert run.giving.asked != run.holder
        assert moment is not None and moment <= run.giving.ends_at
    assert run.holder not in run.helpers
    responders = [page.responder for page in run.out]
    assert len(responders) == len(set(responders)), "two pages out to one person"


def replay(log: list[EscalationEvent], subject: str = SUBJECT) -> Run:
    """Fold the events since the last opening, as a newer version would after reading them back."""
    run = Run.empty(subject)
    for event in log:
        run = evolve(run, event)
    return run


def opened(board: Board) -> Opened:
    return next(event for event in board.log if isinstance(event, Opened))

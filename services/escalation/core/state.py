"""The state of one subject: the run now open, or the last one, and what must be remembered.

State is a cache of the events: nothing stands here that `evolve` could not fold again. It stays
bounded however long a run pages: pages still out are bounded by people, all lists by the
constants below; only the signal ids of the present run are kept whole.
"""

from typing import Literal

from contracts.escalations import EscalationStatus, FaultRaised
from contracts.policies import Policy
from contracts.values import Disposition, Id, Kind, Moment, Urgency, Value

VERSION = 1
"""Version of the stored state; raised whenever an older state must be folded again."""

HEARD_KEPT = 200
EARLIER_SIGNALS_KEPT = 50
TEST_POLICY = "test"
"""The id of the policy of a test page."""
DRILL_POLICY = "drill"
"""The id of the policy of a drill: a test page to whoever is on call."""
FAULTS_KEPT = 20
UNTOLD_KEPT = 50
CODES_KEPT = 20
FOLLOWS_KEPT = 50
PAST_KEPT = 5


class PageOut(Value):
    """A page still out: neither answered, nor ended, nor withdrawn."""

    page: Id
    responder: Id
    turn: int
    """Which StepStarted of the run it belongs to; only the last one's is the current step.

    -1: none, for somebody was asked by name.
    """


class Unsigned(Value):
    """A disposition that waits for the signature of a second person."""

    responder: Id
    disposition: Disposition
    sign_by: Moment
    asked: int
    """How often a second person was asked for, each time one step wider; 0: in the morning."""


class Giving(Value):
    """The holder asked a named person to take it over, and holds it until they do."""

    asked: Id
    page: Id
    ends_at: Moment
    """When it counts as not taken."""


class PastRun(Value):
    """A run before this one, so that a late answer can be told which code is closed."""

    run: Id
    code: str


class Run(Value):
    """One subject: the run now open or the last one. `Run.empty` is a subject without any."""

    subject: str
    number: int = 0
    run: str = ""
    code: str = ""
    status: EscalationStatus = EscalationStatus.CLOSED
    kind: Kind = Kind.SYSTEM_FAULT
    urgency: Urgency = Urgency.ROUTINE
    urgency_from: int = 1
    """From which signal on the present urgency stands: who was told of fewer doesn't know it."""
    policy: Policy | None = None
    policy_version: int = 0
    therapist: Id | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    """The patient's tags when it opened."""
    room: Id | None = None
    opened_at: Moment | None = None
    last_at: Moment | None = None
    evidence: int = 0
    not_to: tuple[Id, ...] = ()
    signals: tuple[str, ...] = ()
    earlier_signals: tuple[str, ...] = ()

    starts_at: Moment | None = None
    review_at: Moment | None = None
    round: int = 0
    step: int = -1
    """The step last begun or skipped; -1 before the first."""
    turn: int = 0
    round_began: Moment | None = None
    round_found: bool = False
    """Whether anybody could be paged in this round."""
    gone: tuple[Id, ...] = ()
    """Who passed, or couldn't be reached, in this round: not paged again before the next."""
    step_ends_at: Moment | None = None
    """When the next step begins; None while nobody is being looked for."""
    from_first: bool = False
    """Whether it then starts over, for the quiet hours put that off."""
    also: tuple[Id, ...] = ()
    """Who is then paged beside that step: the quiet hours put that off too."""
    out: tuple[PageOut, ...] = ()

    holder: Id | None = None
    held_urgency: Urgency = Urgency.ROUTINE
    """What the holder acknowledged; lower than `urgency` after it rose."""
    contact_by: Moment | None = None
    asked_at: Moment | None = None
    """When the holder was asked because `contact_by` or `confirm_by` had passed."""
    active_at: Moment | None = None
    idle_asked_at: Moment | None = None
    contested: Literal[
        "", "idle", "contact_overdue", "message_failed", "hand_off", "could_not_reach", "help"
    ] = ""
    """Why others are paged although somebody holds it: whoever acknowledges takes it over.

    Except for `help`, which the holder called for: whoever acknowledges comes beside them.
    """
    lapsed: bool = False
    """The holder's time is over: they are paged like anybody else."""
    bridged: bool = False
    giving: Giving | None = None
    helpers: tuple[Id, ...] = ()
    """Who answered the holder's call for help."""

    reached_by: Id | None = None
    reached_at: Moment | None = None
    resolve_by: Moment | None = None
    hand_off: Disposition | None = None
    hand_off_by: Id | None = None
    hand_off_at: Moment | None = None
    hand_off_evidence: int = 0
    confirm_by: Moment | None = None
    unsigned: Unsigned | None = None
    closed_by: Id | None = None
    undo_until: Moment | None = None
    before_close: EscalationStatus = EscalationStatus.HELD

    serial: int = 0
    """Counts pages, messages and bridges of the run: their ids."""
    past: tuple[PastRun, ...] = ()
    heard: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """The last carrier codes of pages that failed."""
    follows: tuple[str, ...] = ()
    """The last of what came later about signals, by id."""
    noted: tuple[str, ...] = ()
    """The signals it was about, whether heard already or not."""
    faults: tuple[Id, ...] = ()
    untold: tuple[FaultRaised, ...] = ()

    @classmethod
    def empty(cls, subject: str) -> "Run":
        """Return a subject without a run: `escalations.<patient>` or `faults.<area>`."""
        return cls(subject=subject)

    @property
    def open(self) -> bool:
        """Whether a run is open."""
        return self.status is not EscalationStatus.CLOSED

    @property
    def about(self) -> str:
        """The patient, or the area of a fault."""
        return self.subject.partition(".")[2]

    @property
    def is_drill(self) -> bool:
        """Whether it is a test page or a drill: nothing is wrong, and it ends by itself (see drill.py).

        Its area says so too: ops may name a policy of theirs as they like.
        """
        policy = self.policy.id if self.policy is not None else ""
        drills = (TEST_POLICY, DRILL_POLICY)
        return self.is_fault and policy in drills and self.about.startswith(f"{policy}-")

    @property
    def is_fault(self) -> bool:
        """Whether this is about the system itself: no patient to reach, and no faults of faults."""
        return self.subject.startswith("faults.")

    @property
    def covered(self) -> bool:
        """Whether somebody holds it at the urgency it now has."""
        return self.holder is not None and self.held_urgency.rank >= self.urgency.rank

    def is_given_to(self, responder: str) -> bool:
        """Whether the holder asked them to take it over, and it is still the holder's to give."""
        asked = self.giving is not None and self.giving.asked == responder
        return asked and self.covered and not self.lapsed

    @property
    def seeking(self) -> bool:
        """Whether people are being paged."""
        return self.step_ends_at is not None

    @property
    def current(self) -> tuple[PageOut, ...]:
        """The pages of the current step that are still out."""
        return tuple(page for page in self.out if page.turn == self.turn)

    @property
    def rules(self) -> Policy:
        """The policy of the run; ValueError if no run was ever opened."""
        if self.policy is None:
            raise ValueError(f"{self.subject} has no run and so no policy")
        return self.policy

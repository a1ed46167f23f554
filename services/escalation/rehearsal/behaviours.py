"""Ready-made behaviours: nobody answers, the first declines, everybody takes it after a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.escalations import PageRequested
from services.escalation.rehearsal import lines
from services.escalation.rehearsal.lines import Calls, Lines, Texts
from services.escalation.rehearsal.reactions import Behaviour, Pass, Reaction, Take

DECLINES_AFTER = timedelta(seconds=60)
"""How long the first takes to pass. An assumption, to be seen in a timetable."""


class NobodyAnswers:
    """Silence from everybody."""

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Do nothing."""
        return ()


@dataclass
class FirstDeclines:
    """The first who is paged passes; after them nobody answers, or everybody takes it after `takes`.

    It remembers who was first: make one for each rehearsal.
    """

    after: timedelta = DECLINES_AFTER
    takes: timedelta | None = None
    first: str = field(default="", init=False)

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Pass if they are the first and this is their first page."""
        if not self.first:
            self.first = page.page
            return (Reaction(self.after, Pass()),)
        return () if self.takes is None else (Reaction(self.takes, Take()),)


@dataclass(frozen=True)
class AnswersAfter:
    """These people take it so long after a text or call first arrives; everybody else stays silent."""

    delays: Mapping[str, timedelta]
    phones: Lines = lines.WORKING

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Take it, unless nothing arrives."""
        delay, arrives = self.delays.get(page.responder), lines.plan(page, self.phones).first_arrival
        return () if delay is None or arrives is None else (Reaction(arrives + delay, Take()),)


@dataclass(frozen=True)
class Scenario:
    """A what-if with its name and its assumption in words."""

    name: str
    assumes: str
    behave: Behaviour
    phones: Lines = lines.WORKING


def scenario(name: str) -> Scenario:
    """Return a scenario by name, afresh. Raises KeyError for one that does not exist."""
    match name:
        case "nobody-answers":
            says = "texts arrive, a mailbox takes the calls, and nobody answers"
            return Scenario(name, says, NobodyAnswers())
        case "first-declines":
            says = f"the first passes after {int(DECLINES_AFTER.total_seconds())} s, and nobody else answers"
            return Scenario(name, says, FirstDeclines())
        case "sms-down":
            says = "the carrier refuses every text, a mailbox takes the calls, and nobody answers"
            return Scenario(name, says, NobodyAnswers(), Lines(Texts.REFUSED))
        case "no-receipts":
            says = "no receipt comes for any text, a mailbox takes the calls, and nobody answers"
            return Scenario(name, says, NobodyAnswers(), Lines(Texts.NO_RECEIPT))
        case "everything-down":
            says = "the carrier refuses every text and every call"
            return Scenario(name, says, NobodyAnswers(), Lines(Texts.REFUSED, Calls.REFUSED))
        case unknown:
            raise KeyError(unknown)


SCENARIOS = ("nobody-answers", "first-declines", "sms-down", "no-receipts", "everything-down")
"""The names of all scenarios; the first three are shown when none is asked for."""

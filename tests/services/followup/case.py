"""One patient's follow-up on a wall clock: what is heard, what time brings, and what comes of it. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.followups import FollowupAsked
from contracts.outreach import Withheld
from contracts.values import Disposition, Kind, Urgency
from services.followup.core import asking, decide
from services.followup.core.decide import Over
from services.followup.core.draft import Here, Known
from services.followup.core.evolve import evolve
from services.followup.core.limits import Limits
from services.followup.core.state import Debt, Followup, due

ZONE = ZoneInfo("America/New_York")


def wall(text):
    """`2026-11-24 03:10` on the programme's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Case:
    """A follow-up; `signals`, `texts` and the like keep what it told others."""

    def __init__(self, start="2026-11-24 03:10", chances=(0.5,), **known):
        self.now = wall(start)
        self.limits = Limits()
        self.known = Known(**({"therapist": "ben"} | known))
        self.chances = chances
        self.state = Followup.empty("followups.pt_a")
        self.events = []
        self.crisis_open = False
        self.told = []
        self.crises = []
        """Whether a crisis was open, for each of `told`."""
        self.answers = {}
        """What the crisis line says of a text, by its kind; without an entry it was sent."""
        self.silent = False
        self.asked_at = {}

    @property
    def here(self):
        return Here(self.now, self.limits, self.known, self.chances)

    def commit(self, events):
        for event in events:
            self.events.append(event)
            self.state = evolve(self.state, event)
        self.tell()
        return events

    def tell(self):
        for owed in self.state.owed:
            text = self.state.text(owed.about) if owed.what is Debt.TEXT else None
            self.told.append((self.now, owed, text))
            self.crises.append(self.crisis_open)
        keys = tuple(one.key for one in self.state.owed)
        for event in decide.told(self.state, keys, self.now):
            self.state = evolve(self.state, event)
            self.events.append(event)
        if not self.silent:
            for one in self.state.texts:
                self.commit(
                    decide.outreach_ended(
                        self.state, one.outreach, self.answers.get(one.kind.value), self.here
                    )
                )

    # -- heard

    def resolved(self, run="r1", disposition=Disposition.SAFETY_PLAN, urgency=Urgency.IMMINENT, **more):
        self.crisis_open = False
        over = Over(
            run=run,
            at=self.now,
            responder=more.get("responder", "ana"),
            urgency=urgency,
            kind=more.get("kind", Kind.PATIENT_ALERT),
            disposition=disposition,
        )
        return self.commit(decide.resolved(self.state, over, self.here))

    def undone(self, run="r1"):
        self.crisis_open = True
        return self.commit(decide.undone(self.state, run, self.now, self.here))

    def discharged(self, left="hospital", on=date(2026, 11, 24)):
        return self.commit(decide.discharged(self.state, left, on, self.here))

    def asks(self, what, ident="a1", resource=None, **fields):
        ask = FollowupAsked(id=ident, patient="pt_a", at=self.now, by="sam", what=what, **fields)
        self.commit(asking.asked(self.state, ask, resource, self.here))
        return dict(self.state.answers)[ident]

    def done(self, task):
        return self.asks("done_task", ident=f"done-{task}", task=task)

    def texted(self, body, sid="SM1"):
        return self.commit(decide.word(self.state, sid, body, self.here))

    # -- time

    def until(self, text):
        """Let time pass, looking at each deadline."""
        target = text if isinstance(text, datetime) else wall(text)
        for _ in range(3000):
            next_at = due(self.state)
            if next_at is None or next_at > target:
                break
            self.now = max(self.now, next_at)
            before = self.state
            self.commit(decide.look(self.state, self.crisis_open, self.here))
            assert self.state != before, "a deadline that nothing comes of"
        else:
            raise AssertionError("deadlines without end")
        self.now = target
        return self

    def days(self, count):
        return self.until(self.now + timedelta(days=count))

    # -- seen

    def local(self, moment):
        return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")

    @property
    def texts(self):
        """(local moment, kind) of every text that was asked for."""
        return [(self.local(at), str(text.kind)) for at, owed, text in self.told if text is not None]

    @property
    def tasks(self):
        return {
            str(one.kind): (one.owner, self.local(one.due), str(one.priority)) for one in self.state.tasks
        }

    def told_of(self, what):
        return [owed for _, owed, _ in self.told if owed.what is what]


def withheld(**kinds):
    return {kind: Withheld(why) for kind, why in kinds.items()}


def clock(text):
    return time.fromisoformat(text)

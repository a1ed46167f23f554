"""Wires the crisis line."""

import asyncio
import secrets
from dataclasses import dataclass, field

import structlog

from contracts.attendance import AttendanceCode
from contracts.people import Person
from contracts.schedules import Shifts
from services.conversation import attendance_codes, phrasebook, triage
from services.conversation.aggregate import RULES, Conversations, subject_of
from services.conversation.beginning import Beginning
from services.conversation.core.decide import look as only_look
from services.conversation.handlers import Handlers
from services.conversation.outreach import Outreaches
from services.conversation.patients import Patients
from services.conversation.pressing import Pressing
from services.conversation.runs import Runs
from services.conversation.sending import Senders, Sending
from services.conversation.settings import ConversationSettings
from services.conversation.skills import Skills
from services.conversation.staff import Staff
from services.conversation.talks import Talks
from services.conversation.worlds import Worlds
from services.runtime.aggregates import Aggregates, NewerState
from services.runtime.deadlines import DueIndex
from services.runtime.follow import ValueTable
from services.runtime.log import Log, Unavailable
from services.runtime.parking import ParkedRetries
from services.runtime.sender_slots import SenderSlots
from services.runtime.shell import Running, Shell
from services.runtime.twilio_client import Carrier

_log = structlog.get_logger()
_AGAIN = (0.1, 0.5, 2.0, 5.0)


@dataclass
class Pokes:
    """Lets conversations take in a change of their escalation, until they have."""

    shell: Shell
    sending: Sending
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def poke(self, patient: str) -> None:
        """Let this patient's conversation look at who holds it."""
        task = asyncio.create_task(self._until_done(patient))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """End; a start takes in what was missed."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _until_done(self, patient: str) -> None:
        with self.shell.activity.work():
            tries = 0
            while True:
                try:
                    await self.sending.decide(subject_of(patient), "hold", only_look)
                    return
                except (Unavailable, NewerState) as error:
                    _log.warning("hold_not_seen", error=type(error).__name__)
                    await asyncio.sleep(_AGAIN[min(tries, len(_AGAIN) - 1)])
                    tries += 1


@dataclass
class ConversationService:
    """A started crisis line."""

    shell: Shell
    conversations: Conversations
    index: DueIndex
    beginning: Beginning
    talks: Talks
    runs: Runs
    people: ValueTable[Person]
    shifts: ValueTable[Shifts]
    codes: ValueTable[AttendanceCode]
    carrier: Carrier
    parked: ParkedRetries
    pokes: Pokes
    triage_ready: asyncio.Task[None]

    async def stop(self) -> None:
        """End it; what is under way ends first."""
        await self.triage_ready
        await self.parked.stop()
        await self.shell.ears.stop()
        await self.pokes.stop()
        await self.beginning.stop()
        await self.index.stop()
        await self.pokes.sending.stop()
        for follower in (self.talks.follower, self.runs.follower):
            await follower.stop()
        await self.people.stop()
        await self.shifts.stop()
        await self.codes.stop()
        await self.carrier.close()


async def start(shell: Shell, settings: ConversationSettings) -> Running:
    """Start the crisis line; raises Unavailable when NATS does not answer, ValueError for a bad language."""
    # The rules take a second to read: a start does not wait for them, the first text does.
    triage_ready = asyncio.create_task(asyncio.to_thread(triage.get_ready))
    carrier = Carrier(settings.carrier())
    patients = Patients(
        await shell.bucket("aliases"),
        await shell.bucket("patients"),
        shell.seals,
        shell.clock,
        secrets.token_bytes,
    )
    people = ValueTable(shell.nc, "people", Person)
    await people.start()
    shifts = ValueTable(shell.nc, "shifts", Shifts)
    await shifts.start()
    codes = ValueTable(shell.nc, "attendance_codes", AttendanceCode)
    await codes.start()

    async def look(subject: str) -> None:
        await sending.look(subject)

    def changed(patient: str) -> None:
        hold = runs.of(patient)
        if talks.knows(patient) and hold is not None and (started or talks.differs(patient, hold)):
            pokes.poke(patient)

    started = False
    index = DueIndex("conversations", shell.clock, look, shell.activity)
    conversations: Conversations = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock, index)
    talks = Talks(shell.nc, index)
    runs = Runs(shell.nc, changed)
    worlds = Worlds(
        lambda: people.values,
        phrasebook.load(settings.conversation_languages),
        shell.seals,
        settings.times(),
        relay_words=settings.conversation_relay_by_sms,
        shifts=lambda: shifts.values,
    )
    sending = Sending(
        shell.nc,
        conversations,
        patients,
        runs,
        worlds,
        carrier,
        SenderSlots(await shell.bucket("senders"), settings.rates()),
        shell.seals,
        shell.clock,
        Senders(settings.sender, settings.staff_sender, settings.public_url),
        shell.activity,
    )
    pokes = Pokes(shell, sending)
    skills = Skills(shell.nc, runs, sending, shell.clock)
    staff = Staff(lambda: people.values, patients, runs, talks, sending, worlds, skills)
    handlers = Handlers(
        shell.nc,
        conversations,
        patients,
        runs,
        worlds,
        sending,
        staff,
        shell.seals,
        shell.clock,
        triage_ready,
        lambda patient, text, hold: attendance_codes.coded(
            codes.values, patient, text, hold, shell.clock.now()
        ),
    )
    for follower in (talks.follower, runs.follower):
        await follower.start()
    started = True
    shell.followers += [f.position for f in (talks.follower, runs.follower, people.follower, shifts.follower)]
    shell.followers.append(codes.follower.position)
    beginning = Beginning(shell.nc, index, shell.activity)
    await beginning.begin()
    shell.ears.hear("conversation_carrier", handlers.from_carrier)
    shell.ears.hear("conversation_receipts", handlers.from_carrier)
    shell.ears.hear("conversation_staff", handlers.from_staff)
    pressing = Pressing(patients, runs, talks, sending, worlds, shell.seals)
    shell.ears.hear("conversation_pressed", pressing.on_pressed)
    shell.ears.hear("conversation_followups", skills.on_followup)
    shell.ears.hear("conversation_overdue", handlers.look_again)
    shell.ears.hear("conversation_outreach", Outreaches(patients, runs, sending, shell.seals).hear)
    await shell.ears.start()
    parked = ParkedRetries(shell)
    await parked.start()
    return ConversationService(
        shell,
        conversations,
        index,
        beginning,
        talks,
        runs,
        people,
        shifts,
        codes,
        carrier,
        parked,
        pokes,
        triage_ready,
    )

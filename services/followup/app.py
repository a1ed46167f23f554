"""Wires followup."""

import random
from dataclasses import dataclass

from services.followup.aggregate import RULES, Followups
from services.followup.contact_sending import ContactSending
from services.followup.crises import Crises
from services.followup.handlers import Handlers
from services.followup.looking import Looking
from services.followup.mornings import Mornings
from services.followup.patients import Patients
from services.followup.register import Register
from services.followup.resources import shipped
from services.followup.settings import FollowupSettings
from services.followup.views import Views
from services.runtime.aggregates import Aggregates
from services.runtime.deadlines import DueIndex
from services.runtime.log import Log
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Running, Shell
from services.runtime.twilio_client import Carrier


@dataclass
class FollowupService:
    """A started followup."""

    shell: Shell
    followups: Followups
    index: DueIndex
    register: Register
    patients: Patients
    mornings: Mornings
    sending: ContactSending
    parked: ParkedRetries

    async def stop(self) -> None:
        """End it; what is under way ends first."""
        await self.parked.stop()
        await self.mornings.stop()
        await self.shell.ears.stop()
        await self.index.stop()
        await self.register.follower.stop()
        await self.mornings.people.stop()
        await self.patients.table.stop()
        await self.sending.close()


async def start(shell: Shell, settings: FollowupSettings) -> Running:
    """Start followup; raises Unavailable when NATS does not answer, ValueError for a wrong setting."""

    async def look(subject: str) -> None:
        await looking.look(subject)

    limits, resources = settings.limits(), shipped()
    index = DueIndex("followups", shell.clock, look, shell.activity)
    followups: Followups = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock, index)
    register = Register(shell.nc, index)
    patients = Patients(shell.nc, await shell.bucket("patients"))
    carrier = settings.carrier()
    sending = ContactSending(settings, shell.seals, Carrier(carrier) if carrier is not None else None)
    views = Views(patients, limits, settings.followup_desk or None, random.random)
    crises = Crises(shell.nc)
    looking = Looking(shell.nc, followups, views, patients, crises, sending, shell.seals, resources)
    handlers = Handlers(
        shell.nc, shell.clock, followups, views, patients, looking, sending, shell.seals, resources
    )
    mornings = Mornings(shell.nc, shell.clock, shell.activity, register, settings.followup_digest_at)
    for follower in (patients.table.follower, mornings.people.follower, register.follower):
        await follower.start()
        shell.followers.append(follower.position)
    shell.ears.hear("followup_escalations", handlers.on_escalation)
    shell.ears.hear("followup_conversations", handlers.on_conversation)
    shell.ears.hear("followup_facts", handlers.on_fact)
    shell.ears.hear("followup_contacts", handlers.on_contact_text)
    shell.ears.hear("followup_overdue", handlers.look_again)
    await shell.ears.start()
    index.start()
    if settings.followup_digest:
        await mornings.start()
    parked = ParkedRetries(shell)
    await parked.start()
    return FollowupService(shell, followups, index, register, patients, mornings, sending, parked)

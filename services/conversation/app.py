"""Wires the crisis line."""

import secrets
from dataclasses import dataclass

from contracts.commits import DUE
from services.conversation.aggregate import RULES, Conversations
from services.conversation.answers import Answers
from services.conversation.handlers import Handlers
from services.conversation.patients import Patients
from services.conversation.settings import ConversationSettings
from services.runtime.aggregates import Aggregates
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored
from services.runtime.parking import ParkedRetries
from services.runtime.sender_slots import SenderSlots
from services.runtime.shell import Running, Shell
from services.runtime.twilio_client import Carrier


@dataclass
class ConversationService:
    """A started crisis line."""

    shell: Shell
    conversations: Conversations
    index: DueIndex
    follower: Follower
    carrier: Carrier
    parked: ParkedRetries

    async def stop(self) -> None:
        """End it; what is under way ends first."""
        await self.parked.stop()
        await self.shell.ears.stop()
        await self.index.stop()
        await self.follower.stop()
        await self.carrier.close()


async def start(shell: Shell, settings: ConversationSettings) -> Running:
    """Start the crisis line; raises Unavailable when NATS does not answer."""
    carrier = Carrier(settings.carrier())
    patients = Patients(
        await shell.bucket("aliases"),
        await shell.bucket("patients"),
        shell.seals,
        shell.clock,
        secrets.token_bytes,
    )

    async def look(subject: str) -> None:
        await answers.look(subject)

    index = DueIndex("conversations", shell.clock, look, shell.activity)
    conversations: Conversations = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock, index)
    answers = Answers(
        shell.nc,
        conversations,
        patients,
        carrier,
        SenderSlots(await shell.bucket("senders"), settings.rates()),
        shell.seals,
        shell.clock,
        settings.sender,
        settings.public_url,
    )
    handlers = Handlers(shell.nc, conversations, patients, answers, shell.seals, shell.clock)

    def learn(stored: Stored) -> None:
        index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))

    follower = Follower(shell.nc, RULES.stream, learn, headers_only=True, label="conversation")
    await follower.start()
    shell.followers.append(lambda: (follower.stream, follower.sequence))
    index.start()
    shell.ears.hear("conversation_carrier", handlers.from_carrier)
    shell.ears.hear("conversation_staff", handlers.from_staff)
    shell.ears.hear("conversation_overdue", handlers.look_again)
    await shell.ears.start()
    parked = ParkedRetries(shell)
    await parked.start()
    return ConversationService(shell, conversations, index, follower, carrier, parked)

"""What the runner of aggregates needs to know of a conversation."""

from pydantic import TypeAdapter

from contracts.conversations import ConversationEvent
from services.conversation.core.evolve import evolve
from services.conversation.core.state import VERSION, Conversation, brief, due
from services.runtime.aggregates import Aggregates, Rules

EVENTS: TypeAdapter[ConversationEvent] = TypeAdapter(ConversationEvent)
RULES: Rules[Conversation, ConversationEvent] = Rules(
    stream="CONVERSATIONS",
    version=VERSION,
    state=Conversation,
    events=EVENTS,
    empty=Conversation.empty,
    evolve=evolve,
    due=due,
    brief=brief,
    # A conversation never begins anew: a newer reader folds all of it again.
    opening=frozenset(),
)

Conversations = Aggregates[Conversation, ConversationEvent]


def subject_of(patient: str) -> str:
    """Return where a patient's conversation stands."""
    return f"conversations.{patient}"

"""What the runner of aggregates needs to know of a delivery."""

from pydantic import TypeAdapter

from contracts.deliveries import DeliveryEvent
from services.gateway.core.outgoing.state import VERSION, Delivery, brief, due, evolve
from services.runtime.aggregates import Aggregates, Rules

EVENTS: TypeAdapter[DeliveryEvent] = TypeAdapter(DeliveryEvent)
RULES: Rules[Delivery, DeliveryEvent] = Rules(
    stream="DELIVERIES",
    version=VERSION,
    state=Delivery,
    events=EVENTS,
    empty=Delivery.empty,
    evolve=evolve,
    due=due,
    brief=brief,
    # A delivery never begins anew: a newer reader folds all of it again.
    opening=frozenset(),
)
Deliveries = Aggregates[Delivery, DeliveryEvent]

"""What other systems were told, for the accounting of disclosures; and what they were not, so far."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from contracts.commits import BRIEF, KINDS
from contracts.deliveries import DeliveryBrief, DeliveryStatus
from services.command_line.link import Link
from services.runtime.follow import Follower
from services.runtime.log import Stored


@dataclass(frozen=True)
class ParkedDelivery:
    """One that is parked: to whom, which, and its brief."""

    recipient: str
    id: str
    brief: DeliveryBrief


async def parked_deliveries(link: Link) -> list[ParkedDelivery]:
    """Return those that are parked now, oldest first."""
    found: dict[str, DeliveryBrief] = {}

    def take(stored: Stored) -> None:
        brief = _brief(stored)
        if brief is not None and brief.status is DeliveryStatus.PARKED:
            found[stored.subject] = brief
        else:
            found.pop(stored.subject, None)

    await _read(link, take, whole=False)
    parked = []
    for subject, brief in found.items():
        _, recipient, delivery = subject.split(".")
        parked.append(ParkedDelivery(recipient, delivery, brief))
    return sorted(parked, key=lambda one: one.brief.at)


async def told_of(link: Link, ids: Collection[str]) -> list[dict[str, Any]]:
    """Return what other systems were told of these patients, and when: 45 CFR 164.528."""
    found: list[dict[str, Any]] = []

    def take(stored: Stored) -> None:
        brief = _brief(stored)
        if brief is not None and brief.patient in ids and "accepted" in stored.headers.get(KINDS, ""):
            found.append(
                {
                    "what": "OtherSystemTold",
                    "at": brief.at.isoformat(),
                    "patient": brief.patient,
                    "to": stored.subject.split(".")[1],
                    "told": brief.resource.value,
                    "ground": brief.ground.value if brief.ground is not None else "",
                }
            )

    await _read(link, take, whole=True)
    return found


def _brief(stored: Stored) -> DeliveryBrief | None:
    try:
        return DeliveryBrief.model_validate_json(stored.headers.get(BRIEF, ""))
    except ValidationError:
        return None


async def _read(link: Link, take: Callable[[Stored], None], *, whole: bool) -> None:
    follower = Follower(link.nc, "DELIVERIES", take, headers_only=True, label="cli", whole=whole)
    await follower.start()
    await follower.stop()

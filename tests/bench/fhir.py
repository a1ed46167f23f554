"""How many FHIR bundles a minute are taken up: each a patient's PHQ-9 with its total, and an appointment.

Posted by a few senders at a time, each waiting for its answer as a source does; every answer says that
all its entries are recorded. Triage scores them meanwhile, as it would.
"""

import asyncio
import json
from pathlib import Path

from tests.bench.figures import Figure, milliseconds, share
from tests.bench.site import Site, now
from tests.support.world import SOURCE_TOKEN

BUNDLES = 1000
SENDERS = 8
AIM_SECONDS = 60.0
_ITEMS = ("44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8").split()


async def measure(folder: Path) -> list[Figure]:
    """Return how long the bundles took, and how long one waited for its answer."""
    async with Site(folder, responders=20) as site:
        await site.start_services()
        await _posted(site, range(BUNDLES, BUNDLES + 20))
        began = now()
        waits = await _posted(site, range(BUNDLES))
        lasted = (now() - began).total_seconds()
    rate, p99 = BUNDLES / lasted * 60, share(waits, 0.99)
    return [
        Figure(
            f"{BUNDLES} FHIR bundles, {SENDERS} senders",
            f"{lasted:.1f} s",
            f"below {AIM_SECONDS:.0f} s; that is {rate:.0f} a minute, p99 of one {milliseconds(p99)}",
            lasted < AIM_SECONDS,
            {"seconds": lasted, "bundles_a_minute": rate, "p99_seconds": p99},
        )
    ]


async def _posted(site: Site, numbers: range) -> list[float]:
    waits: list[float] = []
    left = list(numbers)

    async def sender() -> None:
        while left:
            waits.append(await _post(site, left.pop()))

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return waits


async def _post(site: Site, number: int) -> float:
    headers = {"Authorization": f"Bearer {SOURCE_TOKEN}", "Content-Type": "application/fhir+json"}
    began = now()
    async with site.http.post(
        f"{site.gateway_url}/fhir", data=json.dumps(_bundle(number)), headers=headers
    ) as reply:
        answer = await reply.json(content_type=None)
    entries = [one["response"]["status"] for one in answer["entry"]]
    if reply.status != 200 or not all(status.startswith("201") for status in entries):
        raise RuntimeError(f"a bundle was answered with {reply.status}: {entries}")
    return (now() - began).total_seconds()


def _bundle(number: int) -> dict[str, object]:
    """Return a bundle about a patient of its own; one answer in ten makes a signal."""
    points = [(number + place) % 4 if number % 10 == 0 else 0 for place in range(len(_ITEMS))]
    subject = {"reference": f"Patient/fhir-{number}"}
    items = [
        {"linkId": f"/{code}", "answer": [{"valueInteger": value}]}
        for code, value in zip(_ITEMS, points, strict=True)
    ]
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": f"q{number}",
        "status": "completed",
        "subject": subject,
        "authored": "2026-11-24T08:00:00Z",
        "item": items,
    }
    total = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "subject": subject,
        "effectiveDateTime": "2026-11-24T08:00:00Z",
        "valueInteger": sum(points),
    }
    session = {
        "resourceType": "Appointment",
        "id": f"a{number}",
        "status": "booked",
        "start": "2126-11-24T14:00:00Z",
        "end": "2126-11-24T15:00:00Z",
        "participant": [{"actor": subject, "status": "accepted"}],
    }
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": one} for one in (form, total, session)],
    }

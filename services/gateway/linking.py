"""Says that two patient ids are one person; the open run of the one joins the other."""

import json

from nats.aio.client import Client

from services.runtime.log import publish_fact


async def link(nc: Client, patient: str, into: str) -> None:
    """Publish the link once; raises Unavailable."""
    await publish_fact(
        nc,
        f"programme.patient_linked.{patient}",
        json.dumps({"patient": patient, "into": into}).encode(),
        f"linked:{patient}:{into}",
    )

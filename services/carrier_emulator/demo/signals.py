"""The buttons: each lets something happen to a patient, as it would reach Vigil from outside."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.carrier_emulator.admin_json import read_json
from services.carrier_emulator.demo.cast import Cast, Member
from services.carrier_emulator.demo.settings import DemoSettings
from services.runtime.log import Unavailable

TEXTS = {
    "en": "I can't do this anymore. Can somebody please call me?",
    "es": "Ya no puedo mas. Por favor, que alguien me llame.",
}
_PATIENCE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its name on the wire, what it says, and the signal it stands for."""

    name: str
    label: str
    hint: str
    kind: Kind
    urgency: Urgency


BUTTONS = (
    Button(
        "screen_imminent",
        "Screen: imminent",
        "NOW: text and call",
        Kind.SCREEN_POSITIVE,
        Urgency.IMMINENT,
    ),
    Button(
        "screen_urgent",
        "Screen: urgent",
        "WITHIN THE HOUR",
        Kind.SCREEN_POSITIVE,
        Urgency.URGENT,
    ),
    Button("help", "Text for help", "from the patient's phone", Kind.PATIENT_ALERT, Urgency.URGENT),
    Button("missed", "Missed session", "TODAY; waits at night", Kind.SESSION_MISSED, Urgency.SOON),
    Button("fault", "Fault of the system", "pages operations", Kind.SYSTEM_FAULT, Urgency.URGENT),
)


def cloud_event(button: Button, patient: str, source: str, name: str, now: datetime) -> dict[str, object]:
    """Return the CloudEvent 1.0 that reports what the button stands for."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": source,
        "type": f"vigil.signal.{button.kind}",
        "subject": patient,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": {"urgency": str(button.urgency), "tags": ["demo"]},
    }


class Signals:
    """Does what the buttons say: through the gateway, from a patient's phone, or on the bus for a fault."""

    def __init__(
        self,
        cast: Cast,
        settings: DemoSettings,
        now: Callable[[], datetime],
        text: Callable[[str, str], Awaitable[str]],
        report: Callable[[Signal], Awaitable[None]],
        knows_patient: Callable[[str, str], None],
    ) -> None:
        self._cast = cast
        self._settings = settings
        self._now = now
        self._text = text
        self._report = report
        self._knows_patient = knows_patient

    async def press(self, request: web.Request) -> web.Response:
        """Answer POST {button, patient} with what was done, or with why it could not be."""
        values = await read_json(request)
        button = next((b for b in BUTTONS if b.name == values.get("button")), None)
        if button is None:
            raise ValueError("no such button")
        try:
            match button.kind:
                case Kind.SYSTEM_FAULT:
                    said = await self._fault(button)
                case Kind.PATIENT_ALERT:
                    said = await self._help(self._cast.patient(str(values.get("patient"))))
                case _other:
                    said = await self._signal(button, self._cast.patient(str(values.get("patient"))))
        except (aiohttp.ClientError, TimeoutError, Unavailable) as error:
            reason = f"Vigil did not take it: {error or type(error).__name__}. Is it running yet?"
            return web.json_response({"error": reason}, status=502)
        return web.json_response({"said": said})

    async def _help(self, patient: Member) -> str:
        await self._text(patient.phone, TEXTS.get(patient.language, TEXTS["en"]))
        return f"{patient.name} texted for help."

    async def _fault(self, button: Button) -> str:
        now = self._now()
        await self._report(
            Signal(
                id=f"demo/{secrets.token_hex(8)}",
                kind=button.kind,
                urgency=button.urgency,
                area="demo",
                occurred_at=now,
                received_at=now,
                source="demo",
                note="reported by the button of the demo, nothing is broken.",
            )
        )
        return "A fault was reported; operations are paged."

    async def _signal(self, button: Button, patient: Member) -> str:
        source = self._settings.demo_source
        event = cloud_event(button, patient.id, source, secrets.token_hex(8), self._now())
        headers = {
            "Authorization": f"Bearer {self._settings.token()}",
            "Content-Type": "application/cloudevents+json",
        }
        url = f"{self._settings.public_url.rstrip('/')}/v1/signals"
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as http,
            http.post(url, data=json.dumps(event), headers=headers) as reply,
        ):
            if reply.status != 202:
                raise Unavailable(f"the gateway answered {reply.status}")
            answer = await reply.json(content_type=None)
        if isinstance(answer, dict) and answer.get("patient"):
            self._knows_patient(str(answer["patient"]), patient.id)
        return f"Reported for {patient.name}. {button.label}."

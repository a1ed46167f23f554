"""Makes the inputs of a week at their moments: over HTTP as the programme's systems, and by the phones."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from services.demo_week import bundles
from services.demo_week.cast import PATIENT_LINE, Cast
from services.demo_week.pace import Pacemaker
from services.demo_week.record import Input, Recorded
from services.demo_week.script import (
    Answered,
    CheckedIn,
    Discharged,
    Dosed,
    Excused,
    Happening,
    Signalled,
    Texted,
    What,
)
from services.demo_week.stage import Stage
from services.demo_week.surroundings import SOURCE

TRIES = 40
_PAUSE = 0.25
_SPECIMENS = frozenset(("breath-alcohol",))


class Feed:
    """Makes inputs and writes down how they were answered."""

    def __init__(
        self, http: aiohttp.ClientSession, stage: Stage, cast: Cast, record: Recorded, pacemaker: Pacemaker
    ) -> None:
        self._http = http
        self._pacemaker = pacemaker
        self._stage = stage
        self._record = record
        self._ids = {one.outside: one.draft.id for one in cast.patients}
        self._phones = {one.outside: one.draft.phone or "" for one in cast.patients}

    async def run(self, happenings: Iterable[Happening]) -> None:
        """Make each at its moment; returns when the last was answered."""
        clock = self._stage.clock
        async with asyncio.TaskGroup() as making:
            for one in happenings:
                await clock.sleep((one.at - clock.now()).total_seconds())
                making.create_task(self._make(one))

    async def _make(self, one: Happening) -> None:
        with self._pacemaker.work():
            await self._make_now(one)

    async def _make_now(self, one: Happening) -> None:
        clock, sent_at, last = self._stage.clock, self._stage.clock.now(), ""
        for attempt in range(1, TRIES + 1):
            try:
                status, answer = await self._post(one)
            except (aiohttp.ClientError, TimeoutError) as error:
                last = type(error).__name__
            else:
                if status < 300:
                    self._note(one, sent_at, clock.now(), attempt, answer)
                    return
                last = str(status)
                if status < 500 and status != 429:
                    break
            # As a source does: what was not acknowledged is sent again, under the same id.
            await asyncio.sleep(_PAUSE)
        made = Input(
            one.name, kind_of(one.what), one.at, sent_at, None, attempt, patient=self._whose(one), answer=last
        )
        self._record.inputs.append(made)

    def _whose(self, one: Happening) -> str:
        return "" if isinstance(one.what, CheckedIn) else self._ids[one.what.patient]

    def _note(
        self, one: Happening, sent_at: datetime, at: datetime, tries: int, answer: Mapping[str, Any]
    ) -> None:
        told = answer.get("facts", [answer] if "fact" in answer else [])
        self._record.inputs.append(
            Input(
                one.name,
                kind_of(one.what),
                one.at,
                sent_at,
                at,
                tries,
                facts=tuple((str(each["patient"]), str(each["fact"])) for each in told),
                signal=str(answer.get("signal", "")),
                sid=str(answer.get("sid", "")),
                patient=self._whose(one),
            )
        )

    async def _post(self, one: Happening) -> tuple[int, Mapping[str, Any]]:
        if isinstance(one.what, Texted):
            url = f"{self._stage.emulator}/_emu/phones/{self._phones[one.what.patient]}/send"
            body: object = {"body": one.what.words, "to": PATIENT_LINE}
            headers = dict(self._stage.admin_headers)
        else:
            path, kind, body = request(one)
            url = f"{self._stage.gateway}{path}"
            headers = {**self._stage.headers, "Content-Type": kind}
        async with self._http.post(url, data=json.dumps(body), headers=headers) as reply:
            answer = await reply.json(content_type=None)
            return reply.status, answer if isinstance(answer, dict) else {}


def kind_of(what: What) -> str:
    """Return what kind of input it is, in a word."""
    match what:
        case CheckedIn():
            return "check-in"
        case Excused():
            return "absence"
        case Answered(instrument=instrument) if instrument in _SPECIMENS:
            return "specimen"
        case Answered(fhir=True):
            return "screen (FHIR)"
        case Answered():
            return "screen"
        case Dosed():
            return "dose"
        case Signalled():
            return "signal"
        case Texted():
            return "text"
        case Discharged():
            return "discharge"


def request(one: Happening) -> tuple[str, str, object]:
    """Return path, content type and body of an input that comes over HTTP."""
    at = one.at.astimezone(UTC).isoformat()
    plain = "application/json"
    match one.what:
        case CheckedIn(session=session, patients=patients):
            held: object = {"id": one.name, "patients": patients, "group_session": session, "at": at}
            return "/v1/check-ins", plain, held
        case Excused(patient=patient, session=session, on=on):
            held = {"id": one.name, "patient": patient, "on": f"{on}", "group_session": session, "at": at}
            return "/v1/absences", plain, held
        case Answered(fhir=True) as screen:
            return "/fhir", "application/fhir+json", bundles.of_screen(one.name, at, screen)
        case Answered(patient=patient, instrument=instrument, answers=answers):
            held = {
                "id": one.name,
                "patient": patient,
                "at": at,
                "instrument": instrument,
                "answers": answers,
            }
            return "/v1/specimens" if instrument in _SPECIMENS else "/v1/screens", plain, held
        case Dosed(patient=patient, on=on, taken=taken):
            held = {"id": one.name, "patient": patient, "at": at, "day": f"{on}", "taken": taken}
            return "/v1/doses", plain, {**held, "instrument": "agonist-doses"}
        case Discharged(patient=patient, on=on):
            held = {"id": one.name, "patient": patient, "at": at, "left": "hospital", "on": f"{on}"}
            return "/v1/discharges", plain, held
        case Signalled(patient=patient, kind=kind, urgency=urgency):
            event = {
                "specversion": "1.0",
                "id": one.name,
                "source": SOURCE,
                "type": f"vigil.signal.{kind.value}",
                "subject": patient,
                "time": at,
                "data": {"urgency": urgency.value},
            }
            return "/v1/signals", "application/cloudevents+json", event
        case Texted():
            raise ValueError("a text is sent by a phone")

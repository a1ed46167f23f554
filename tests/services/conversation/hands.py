"""Hands to act as patients, staff and the carrier do, and eyes to see what comes of it."""

import asyncio
import contextlib
import email.utils
import json
from datetime import UTC, datetime

from aiohttp import web

from contracts.carrier import CallReceived, SmsReceived, SmsStatus
from contracts.commits import BRIEF
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.people import Alias, ContactMethod, Patient, Person
from contracts.signals import Signal
from contracts.values import Channel, Kind, Urgency
from services.conversation import app
from services.conversation.aggregate import RULES, subject_of
from services.runtime.aggregates import Aggregates
from services.runtime.clock import SteppedClock
from services.runtime.consume import Message
from services.runtime.log import Log
from services.runtime.sealing import Seals
from services.runtime.shell import open_shell

LINE = "+12025550100"
START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
SEALS = Seals({"k1": b"k" * 32}, {"h2": b"h" * 32, "h1": b"g" * 32})


class FakeCarrier:
    """Takes texts and lists them; `then` says how it answers the next ones."""

    def __init__(self, clock):
        self.clock = clock
        self.sent = []
        self.then = []

    async def post(self, request):
        form = await request.post()
        how = self.then.pop(0) if self.then else "take"
        match how:
            case "take" | "take_then_500":
                sid = f"SM{len(self.sent):032x}"
                made = email.utils.format_datetime(self.clock.now())
                self.sent.append({"sid": sid, "date_created": made, **dict(form)})
                if how == "take":
                    return web.json_response({"sid": sid, "status": "queued"}, status=201)
                return web.Response(status=500)
            case int() as code:
                status = 429 if code == 20429 else 401 if code == 20003 else 400
                return web.json_response({"code": code, "message": "no", "status": status}, status=status)
            case _:
                return web.Response(status=503, text="<html>")

    async def list(self, request):
        found = [
            {"sid": one["sid"], "body": one["Body"], "to": one["To"], "date_created": one["date_created"]}
            for one in reversed(self.sent)
            if one["To"] == request.query.get("To")
        ]
        return web.json_response({"messages": found, "next_page_uri": None})

    @contextlib.asynccontextmanager
    async def serving(self):
        server = web.Application()
        server.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self.post)
        server.router.add_get("/2010-04-01/Accounts/{sid}/Messages.json", self.list)
        runner = web.AppRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


class Line:
    """The service under test, started and stopped at will."""

    numbers = 0

    def __init__(self, settings, own, clock, carrier, admin):
        self.settings, self.own, self.clock = settings, own, clock
        self.carrier, self.admin = carrier, admin
        self.js = admin.jetstream()
        self.service = None
        self.shell = None

    async def start(self):
        self.shell = await open_shell("conversation", self.settings, self.clock, SEALS)
        self.service = await app.start(self.shell, self.own)

    async def stop(self):
        if self.service is not None:
            await self.service.stop()
            await self.shell.close()
            self.service = None

    @classmethod
    def number(cls):
        cls.numbers += 1
        return f"+1202556{cls.numbers:04d}"

    def sms(self, phone, body, **more):
        Line.numbers += 1
        return SmsReceived(
            sid=f"SMin{Line.numbers}",
            sender=SEALS.phone_ref(phone),
            sender_phone=SEALS.seal(phone),
            to=LINE,
            body=SEALS.seal(body),
            form=SEALS.seal("{}"),
            received_at=self.clock.now(),
            **more,
        )

    def call(self, phone, room="room_1"):
        Line.numbers += 1
        return CallReceived(
            sid=f"CAin{Line.numbers}",
            sender=SEALS.phone_ref(phone),
            sender_phone=SEALS.seal(phone),
            to=LINE,
            room=room,
            received_at=self.clock.now(),
        )

    def receipt(self, patient, answer, status, sid, code=None):
        return SmsStatus(
            sid=sid,
            status=status,
            error_code=code,
            owner="conversation",
            responder=patient,
            page=answer,
            attempt=1,
            received_at=self.clock.now(),
        )

    async def say(self, subject, fact):
        data = fact if isinstance(fact, bytes) else fact.model_dump_json().encode()
        return (await self.js.publish(f"carrier.{subject}", data)).seq

    async def until(self, condition, seconds=60.0):
        """Wait until it is so; wakes that are due at the standing clock fire meanwhile."""
        async with asyncio.timeout(seconds):
            while not (found := await condition()):
                if isinstance(self.clock, SteppedClock):
                    await self.clock.step(self.clock.now())
                await asyncio.sleep(0.01)
        return found

    async def settled(self, *durables):
        """Wait until the service has handled everything that was said."""

        async def drained():
            heard = durables or ("conversation_carrier", "conversation_receipts")
            infos = [await self.js.consumer_info("CARRIER", name) for name in heard]
            busy = any(info.num_pending + info.num_ack_pending for info in infos)
            wake = self.clock.next_wake()
            due = wake is not None and wake <= self.clock.now()
            return not busy and not due and self.shell.activity.now == 0

        # A consumer learns of a stored message a moment after the publisher: look twice.
        await self.until(drained)
        await asyncio.sleep(0.02)
        await self.until(drained)

    async def signals(self, sid):
        """Return the signals of that message or call."""
        end = (await self.js.stream_info("SIGNALS")).state.last_seq
        found = []
        for sequence in range(1, end + 1):
            raw = await self.js.get_msg("SIGNALS", sequence)
            signal = Signal.model_validate_json(raw.data)
            if sid in signal.id:
                assert raw.subject == f"signals.{signal.kind}"
                found.append(signal)
        return found

    async def patient_of(self, phone):
        bucket = await self.js.key_value("aliases")
        alias = Alias.model_validate_json((await bucket.get(SEALS.phone_ref(phone))).value)
        return alias.patient

    async def record(self, patient):
        bucket = await self.js.key_value("patients")
        return Patient.model_validate_json((await bucket.get(patient)).value)

    async def know(self, patient, phone, *, hash_key="h2", **fields):
        """Put a patient of the programme into the buckets."""
        ref = next(r for r in SEALS.phone_refs(phone) if r.startswith(hash_key))
        alias = Alias(patient=patient, since=self.clock.now())
        await (await self.js.key_value("aliases")).put(ref, alias.model_dump_json().encode())
        record = Patient(id=patient, phone=SEALS.seal(phone), phone_ref=ref, **fields)
        await (await self.js.key_value("patients")).put(patient, record.model_dump_json().encode())

    async def responder(self, name, phone):
        """Put somebody into the bucket who can be texted."""
        ref, sealed = SEALS.phone_ref(phone), SEALS.seal(phone)
        method = ContactMethod(id="m1", channel=Channel.SMS, phone=sealed, phone_ref=ref)
        person = Person(id=name, name=SEALS.seal(name.title()), methods=(method,))
        await (await self.js.key_value("people")).put(name, person.model_dump_json().encode())

    async def escalation(self, patient, holder, *, is_open=True, code="K7", kind=Kind.PATIENT_ALERT):
        """Let the patient's escalation stand so, as the log of escalations has it."""
        held = EscalationStatus.HELD if holder else EscalationStatus.PAGING
        brief = EscalationBrief(
            run=f"{patient}-1",
            code=code,
            status=held if is_open else EscalationStatus.CLOSED,
            urgency=Urgency.URGENT,
            kind=kind,
            holder=holder,
            opened_at=self.clock.now(),
            policy="p",
        )
        await self.js.publish(
            f"escalations.{patient}", b"{}", headers={BRIEF: brief.model_dump_json(exclude_none=True)}
        )

    async def again(self, durable, subject, sequence):
        """Let a message of the carrier be heard again, as after a crash before it was acknowledged."""
        raw = await self.js.get_msg("CARRIER", sequence)
        await self.shell.ears.handlers[durable](Message(f"carrier.{subject}", sequence, raw.data, {}, 2))

    def conversations(self):
        """Return aggregates without deadlines: what another copy that dies at once would do."""
        return Aggregates(Log(self.admin, "CONVERSATIONS"), RULES, self.clock)

    async def state(self, patient):
        return (await self.conversations().load(subject_of(patient))).state

    def texts_to(self, phone):
        return [one["Body"] for one in self.carrier.sent if one["To"] == phone]

    async def parked(self):
        info = await self.js.stream_info("PARKED")
        return info.state.messages

    async def overdue(self, subject):
        await self.js.publish("overdue.CONVERSATIONS", json.dumps({"subject": subject}).encode())

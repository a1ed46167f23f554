"""Hands to run followup: what others say, time; and eyes to see what comes of it."""

import asyncio
import itertools
import json
from datetime import date

from aiohttp import web
from pydantic import TypeAdapter

from contracts.carrier import SmsReceived
from contracts.commits import BRIEF, KINDS, Commit
from contracts.conversations import TextReceived
from contracts.escalations import EscalationBrief, EscalationStatus, Resolved, Undone
from contracts.facts import PatientDischarged, message_id_of, subject_of
from contracts.followups import FollowupAsked, FollowupBrief
from contracts.notices import NoticeSent
from contracts.outreach import Outreach, OutreachEnded
from contracts.people import Patient, Person
from contracts.privacy import SupportContact
from contracts.programme import PatientLinked, SignalFollowed
from contracts.signals import Signal
from contracts.values import Disposition, Kind, Urgency
from services.followup import app
from services.followup.settings import FollowupSettings
from services.runtime.clock import SteppedClock
from services.runtime.sealing import Seals
from services.runtime.settings import Settings
from services.runtime.shell import open_shell
from tests.services.followup.case import ZONE, wall

SEALS = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
_OUTREACH = TypeAdapter(Outreach)
STREAMS = (
    "PROGRAMME", "SIGNALS", "FOLLOWUPS", "OUTREACH", "PARKED", "ESCALATIONS", "CONVERSATIONS", "NOTICES",
    "CARRIER", "OVERDUE",
)  # fmt: skip
BUCKETS = ("patients", "people", "keys", "site_keys", "marks")
_DURABLES = (
    ("ESCALATIONS", "followup_escalations"),
    ("CONVERSATIONS", "followup_conversations"),
    ("PROGRAMME", "followup_facts"),
    ("CARRIER", "followup_contacts"),
    ("OVERDUE", "followup_overdue"),
)
CONTACT_NUMBER = "+12025550190"


class FakeCarrier:
    """The carrier's API as far as texts go: what was sent, and what it answers."""

    def __init__(self):
        self.sent = []
        self.status = 201

    async def start(self):
        application = web.Application()
        application.router.add_post("/{tail:.*}", self._post)
        self.runner = web.AppRunner(application)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def stop(self):
        await self.runner.cleanup()

    async def _post(self, request):
        form = await request.post()
        if self.status != 201:
            return web.json_response({"code": 21610, "message": "no", "status": 400}, status=self.status)
        self.sent.append((form["From"], form["To"], form["Body"]))
        return web.json_response({"sid": "SM" + "0" * 32}, status=201)


class Site:
    """The service under test; it begins on Tuesday 24 November 2026 at 12:00 in New York."""

    numbers = itertools.count(1)

    def __init__(self, server, admin):
        self.settings = Settings(var=server.folder, nats_url=server.url)
        self.admin, self.js = admin, admin.jetstream()
        self.clock = SteppedClock(wall("2026-11-24 12:00"))
        self.carrier = FakeCarrier()
        self.service = self.shell = None
        self.own = {"contact_number": CONTACT_NUMBER}

    async def start(self):
        await self.carrier.start()
        own = FollowupSettings(
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="t",
            carrier_url=self.carrier.url,
            **self.own,
        )
        self.shell = await open_shell("followup", self.settings, self.clock, SEALS)
        self.service = await app.start(self.shell, own)
        await self.settle()

    async def stop(self):
        if self.service is not None:
            await self.service.stop()
            await self.shell.close()
            await self.carrier.stop()
            self.service = None

    # -- time

    async def until(self, text):
        target = wall(text)
        await self.settle()
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            await self.clock.step(wake)
            await self.settle()
        await self.clock.step(target)
        await self.settle()

    async def settle(self):
        quiet = 0
        async with asyncio.timeout(60):
            while quiet < 2:
                begun = self.shell.activity.begun
                busy = self.shell.activity.now > 0 or not await self._drained()
                await asyncio.sleep(0.003)
                quiet = quiet + 1 if not busy and begun == self.shell.activity.begun else 0

    async def _drained(self):
        for stream, durable in _DURABLES:
            info = await self.js.consumer_info(stream, durable)
            if info.num_pending or info.num_ack_pending:
                return False
        for stream, seen in (position() for position in self.shell.followers):
            if (await self.js.stream_info(stream)).state.last_seq > seen:
                return False
        return True

    # -- what others say

    async def put(self, bucket, value):
        store = await self.js.key_value(bucket)
        await store.put(value.id, value.model_dump_json().encode())
        await self.settle()

    async def patient(self, name="pt_a", **fields):
        await self.put("patients", Patient(id=name, **({"therapist": "ben"} | fields)))

    async def person(self, name="ben"):
        await self.put("people", Person(id=name, name=SEALS.seal(name.title())))

    async def contact(self, phone="+12025550177", expires_on=date(2026, 12, 31), **fields):
        return SupportContact(
            id="sc_1",
            name=SEALS.seal("Mo"),
            phone=SEALS.seal(phone),
            phone_ref=SEALS.phone_ref(phone),
            given_at=self.clock.now(),
            expires_on=expires_on,
            by="sam",
            **fields,
        )

    async def run(self, *events, patient="pt_a", run="r1", closed=True, urgency=Urgency.IMMINENT):
        """A commit of escalation about the patient."""
        brief = EscalationBrief(
            run=run,
            code="K7",
            status=EscalationStatus.CLOSED if closed else EscalationStatus.HELD,
            urgency=urgency,
            kind=Kind.PATIENT_ALERT,
            opened_at=self.clock.now(),
            policy="imminent",
        )
        await self._commit(f"escalations.{patient}", events, brief)

    async def resolved(self, run="r1", disposition=Disposition.SAFETY_PLAN, **more):
        now = self.clock.now()
        await self.run(
            Resolved(at=now, responder="ana", disposition=disposition, undo_until=now), run=run, **more
        )

    async def undone(self, run="r1"):
        await self.run(Undone(at=self.clock.now(), responder="ana", what="resolved"), run=run, closed=False)

    async def ended(self, asked, withheld=None):
        """The crisis line says what became of a text."""
        event = OutreachEnded(
            at=self.clock.now(), outreach=asked.outreach, kind=asked.kind, withheld=withheld
        )
        await self._commit(f"conversations.{asked.patient}", (event,), None)

    async def patient_texts(self, body, patient="pt_a"):
        number = next(self.numbers)
        event = TextReceived(at=self.clock.now(), sid=f"SM{number}", evidence=number, body=SEALS.seal(body))
        await self._commit(f"conversations.{patient}", (event,), None)

    async def discharged(self, left="hospital", on=date(2026, 11, 24), patient="pt_a"):
        now = self.clock.now()
        fact = PatientDischarged(
            patient=patient, at=now, received_at=now, source="ehr", document="d1", left=left, on=on
        )
        await self.fact(subject_of(fact), fact, message_id_of(fact))

    async def linked(self, patient, into):
        fact = PatientLinked(patient=patient, into=into)
        await self.fact(f"programme.patient_linked.{patient}", fact, f"link-{patient}")

    async def asks(self, what, patient="pt_a", now="", **fields):
        """Somebody at a desk wants something; returns what came of it."""
        ident = f"a{next(self.numbers)}"
        ask = FollowupAsked(id=ident, patient=patient, at=self.clock.now(), by="sam", what=what, **fields)
        await self.fact(f"programme.followup_asked.{patient}", ask, ident)
        return dict((await self.brief(now or patient)).answers)[ident]

    async def contact_texts(self, body, phone="+12025550177", opt_out=""):
        sid = f"SM{next(self.numbers)}"
        fact = SmsReceived(
            sid=sid,
            sender=SEALS.phone_ref(phone),
            sender_phone=SEALS.seal(phone),
            to=CONTACT_NUMBER,
            body=SEALS.seal(body),
            opt_out=opt_out,
            form=SEALS.seal("{}"),
            received_at=self.clock.now(),
        )
        await self.fact("carrier.sms_received.contact", fact, sid)
        return sid

    async def fact(self, subject, value, ident):
        await self.js.publish(subject, value.model_dump_json().encode(), headers={"Nats-Msg-Id": ident})
        await self.settle()

    async def again(self, stream, subject):
        """Send the last message of a subject once more, as a redelivery would."""
        stored = await self.js.get_last_msg(stream, subject)
        headers = {name: value for name, value in (stored.headers or {}).items() if name != "Nats-Msg-Id"}
        await self.js.publish(subject, stored.data, headers=headers)
        await self.settle()

    async def overdue(self, patient="pt_a"):
        await self.js.publish("overdue.FOLLOWUPS", json.dumps({"subject": f"followups.{patient}"}).encode())
        await self.settle()

    async def run_while_down(self, run, disposition):
        """The run is resolved while followup is not there."""
        now = self.clock.now()
        event = Resolved(at=now, responder="ana", disposition=disposition, undo_until=now)
        self.settle, settle = self._nothing, self.settle
        await self.run(event, run=run)
        self.settle = settle

    async def _nothing(self):
        return None

    async def _commit(self, subject, events, brief):
        body = Commit(
            at=self.clock.now(),
            cause="t",
            version=1,
            events=tuple(one.model_dump(mode="json") for one in events),
            state={},
        )
        headers = {KINDS: ",".join(one.type for one in events)}
        if brief is not None:
            headers[BRIEF] = brief.model_dump_json(exclude_none=True)
        await self.js.publish(subject, body.model_dump_json().encode(), headers=headers)
        await self.settle()

    # -- seeing

    async def stored(self, stream):
        info = await self.js.stream_info(stream)
        return [
            await self.js.get_msg(stream, number)
            for number in range(max(info.state.first_seq, 1), info.state.last_seq + 1)
        ]

    async def brief(self, patient="pt_a"):
        stored = await self.js.get_last_msg("FOLLOWUPS", f"followups.{patient}")
        return FollowupBrief.model_validate_json(stored.headers[BRIEF])

    async def tasks(self, patient="pt_a"):
        found = (await self.brief(patient)).tasks
        return {str(one.kind): (one.owner, f"{one.due.astimezone(ZONE):%Y-%m-%d %H:%M}") for one in found}

    async def signals(self):
        return [Signal.model_validate_json(one.data) for one in await self.stored("SIGNALS")]

    async def outreach(self):
        return [_OUTREACH.validate_json(one.data) for one in await self.stored("OUTREACH")]

    async def notices(self):
        return [NoticeSent.model_validate_json(one.data) for one in await self.stored("NOTICES")]

    async def followed(self):
        return [
            SignalFollowed.model_validate_json(one.data)
            for one in await self.stored("PROGRAMME")
            if one.subject.startswith("programme.signal_followed.")
        ]

    async def record(self, patient="pt_a"):
        entry = await (await self.js.key_value("patients")).get(patient)
        return Patient.model_validate_json(entry.value)

    async def parked(self):
        return (await self.js.stream_info("PARKED")).state.messages

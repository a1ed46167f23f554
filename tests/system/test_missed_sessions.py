"""Who does not come to a session: staff are paged; who comes late ends what nobody holds, and only that."""

from datetime import time

import pytest

from contracts.attendance import Enrolment, Group, SessionTime
from contracts.escalations import EscalationStatus
from contracts.facts import CheckedIn, message_id_of, subject_of
from contracts.schedules import Weekday
from contracts.values import Value
from services.programme import PatientDraft
from tests.support.world import SPINE, World, world

pytestmark = pytest.mark.system
SESSION = "iop-20261124-0900"


async def put(world: World, bucket: str, key: str, value: Value) -> None:
    store = await world.admin.jetstream().key_value(bucket)
    await store.put(key, value.model_dump_json().encode())
    await world.settle()


async def check_in(world: World, patient: str) -> None:
    now = world.clock.now()
    fact = CheckedIn(
        patient=patient, at=now, received_at=now, source="ehr", document=f"d-{patient}", session=SESSION
    )
    await world.admin.jetstream().publish(
        subject_of(fact), fact.model_dump_json().encode(), headers={"Nats-Msg-Id": message_id_of(fact)}
    )
    await world.settle()


async def test_a_missed_session_pages_and_a_late_check_in_ends_only_what_is_soon_and_held_by_nobody(tmp_path):
    async with world(tmp_path, start="08:30", services=(*SPINE, "attendance")) as opened:
        # Nothing is on file about lane: the miss is soon. Rivera has a safety plan: it is urgent.
        lane = await opened.administration.put_patient(PatientDraft(id="pt_lane", therapist="ben"))
        opened.patients["lane"] = lane.id
        rule = SessionTime(days=tuple(Weekday), start=time(9), minutes=180)
        await put(opened, "groups", "iop", Group(id="iop", times=(rule,)))
        for who in ("rivera", "stone", "lane"):
            patient = opened.patients[who]
            await put(opened, "enrolments", f"iop.{patient}", Enrolment(group="iop", patient=patient))
        await opened.until("08:55")
        await check_in(opened, opened.patients["stone"])
        await opened.until("09:15:30")

        urgent, soon = await opened.open_brief("rivera"), await opened.open_brief("lane")
        assert (urgent.kind, urgent.urgency) == ("session_missed", "urgent")
        assert (soon.kind, soon.urgency) == ("session_missed", "soon")
        assert await opened.brief("stone") is None
        # Ben treats her and is on shift as backup, so the call is his before anybody else's.
        paged = opened.texts("ben")
        assert any("WITHIN THE HOUR" in text and ", missed." in text for text in paged), paged

        for who in ("rivera", "lane"):
            await check_in(opened, opened.patients[who])
        await opened.later(seconds=1)
        assert (await opened.open_brief("lane")).status is EscalationStatus.CLOSED
        assert (await opened.open_brief("rivera")).status is not EscalationStatus.CLOSED

"""Notifications of subscriptions: what they bring, what they point to, and what was lost on the way."""

import contextlib
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from contracts.signals import Signal
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import Seals
from tests.services.gateway.conftest import Site, opened
from tests.services.gateway.fhir.resources import Json, cssrs, end, facts, phq9, post

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Ehr:
    """A source's FHIR server: it answers what a test puts here, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Json] = {}
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.down = False
        self.gone: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path_qs.removeprefix("/fhir/")
        self.asked.append(path)
        self.tokens.add(request.headers.get("Authorization", ""))
        found = self.answers.get(path.partition("&")[0]) or self.answers.get(path.partition("?")[0])
        if path in self.gone:
            return web.Response(status=410)
        if self.down or found is None:
            return web.Response(status=503 if self.down else 404)
        return web.json_response(found)


@contextlib.asynccontextmanager
async def serving(ehr: Ehr) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", ehr.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/fhir"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(site_folder: tuple[EmbeddedServer, Seals]) -> AsyncIterator[tuple[Site, Ehr]]:
    """A gateway whose source has a FHIR server."""
    ehr = Ehr()
    async with serving(ehr) as url:
        servers = {"ehr": {"url": url, "token": "server-token"}}
        async with opened(*site_folder, fhir_servers=servers) as site:
            yield site, ehr


def notification(
    subscription: str,
    kind: str = "event-notification",
    count: int = 0,
    *events: tuple[int, str],
    **held: Json,
) -> Json:
    status: Json = {
        "resourceType": "SubscriptionStatus",
        "status": "active",
        "type": kind,
        "eventsSinceSubscriptionStart": str(count),
        "notificationEvent": [
            {"eventNumber": str(number), **({"focus": {"reference": focus}} if focus else {})}
            for number, focus in events
        ],
        "subscription": {"reference": f"Subscription/{subscription}"},
    }
    entries = [{"resource": status}, *({"resource": one} for one in held.values())]
    return {"resourceType": "Bundle", "type": "history", "entry": entries}


async def test_handshake_and_heartbeat_are_answered(both: tuple[Site, Ehr]) -> None:
    site, _ = both
    before = await end(site)

    for kind in ("handshake", "heartbeat"):
        assert (await post(site, notification("s0", kind))).status == 200

    assert await end(site) == before


async def test_a_full_notification_is_taken_up(both: tuple[Site, Ehr]) -> None:
    site, _ = both
    before = await end(site)

    one = notification(
        "s1", "event-notification", 1, (1, "QuestionnaireResponse/n1"), a=cssrs("4", name="n1")
    )
    assert (await post(site, one)).status == 200
    assert (await post(site, one)).status == 200

    assert [fact.instrument for fact in await facts(site, before)] == ["c-ssrs"]  # type: ignore[union-attr]


async def test_what_a_notification_only_points_to_is_fetched_with_the_sources_token(
    both: tuple[Site, Ehr],
) -> None:
    site, ehr = both
    ehr.answers["QuestionnaireResponse/n2"] = cssrs("4", name="n2")
    before = await end(site)

    only_id = notification("s2", "event-notification", 1, (1, "QuestionnaireResponse/n2"))
    assert (await post(site, only_id)).status == 200

    assert len(await facts(site, before)) == 1 and ehr.tokens == {"Bearer server-token"}


async def test_what_was_deleted_is_taken_back_whether_it_is_said_or_found_gone(
    both: tuple[Site, Ehr],
) -> None:
    """The first notification says so itself; the second only points to what the server answers 410 for."""
    site, ehr = both
    for name in ("del1", "del2"):
        await post(site, cssrs("4", name=name))
    before = await end(site)

    said = notification("s20", "event-notification", 1, (1, "QuestionnaireResponse/del1"))
    gone: Json = {"request": {"method": "DELETE", "url": "QuestionnaireResponse/del1"}}
    said["entry"].append(gone)  # type: ignore[union-attr]
    asked = len(ehr.asked)
    assert (await post(site, said)).status == 200
    assert len(ehr.asked) == asked
    ehr.gone.add("QuestionnaireResponse/del2")
    pointed = notification("s20", "event-notification", 2, (2, "QuestionnaireResponse/del2"))
    assert (await post(site, pointed)).status == 200

    found = await facts(site, before)
    assert [one.standing for one in found] == ["entered_in_error"] * 2  # type: ignore[union-attr]


async def test_an_r4_notification_is_heard_like_one_of_r4b(both: tuple[Site, Ehr]) -> None:
    """As the backport for R4 writes it: Parameters first; what it points to is fetched, a gap too."""
    site, ehr = both

    def backport(kind: str, count: int, *events: tuple[int, str]) -> Json:
        parts: list[Json] = [
            {"name": "subscription", "valueReference": {"reference": "Subscription/r4"}},
            {"name": "status", "valueCode": "active"},
            {"name": "type", "valueCode": kind},
            {"name": "events-since-subscription-start", "valueString": str(count)},
        ]
        for number, focus in events:
            inner: list[Json] = [
                {"name": "event-number", "valueString": str(number)},
                {"name": "focus", "valueReference": {"reference": focus}},
            ]
            parts.append({"name": "notification-event", "part": inner})
        status: Json = {"resourceType": "Parameters", "parameter": parts}
        return {"resourceType": "Bundle", "type": "history", "entry": [{"resource": status}]}

    await post(site, backport("handshake", 0))
    ehr.answers["QuestionnaireResponse/r4-2"] = cssrs("4", name="r4-2")
    lost = notification("r4", "query-event", 2, (1, "QuestionnaireResponse/r4-1"), a=phq9(name="r4-1"))
    ehr.answers["Subscription/r4/$events?eventsSinceNumber=1"] = lost
    before = await end(site)

    reply = await post(site, backport("event-notification", 2, (2, "QuestionnaireResponse/r4-2")))

    found = [fact.instrument for fact in await facts(site, before)]  # type: ignore[union-attr]
    assert reply.status == 200 and found == ["c-ssrs", "phq-9"]


async def test_while_it_cannot_be_fetched_nothing_is_acknowledged(both: tuple[Site, Ehr]) -> None:
    site, ehr = both
    ehr.answers["QuestionnaireResponse/n3"] = cssrs("4", name="n3")
    before = await end(site)
    one = notification("s3", "event-notification", 1, (1, "QuestionnaireResponse/n3"))

    ehr.down = True
    refused = await post(site, one, once=True)
    ehr.down = False
    taken = await post(site, one)

    assert (refused.status, taken.status) == (503, 200) and refused.headers["retry-after"]
    assert len(await facts(site, before)) == 1


@pytest.mark.parametrize(
    "focus",
    [
        "https://elsewhere.example.org/fhir/Observation/1", "Observation/..", "Observation/1?x=y",
        "//elsewhere/Observation/1",
    ],
)  # fmt: skip
async def test_no_other_host_is_asked(both: tuple[Site, Ehr], focus: str) -> None:
    site, ehr = both
    ehr.asked.clear()

    reply = await post(site, notification("s4", "event-notification", 1, (1, focus)))

    assert reply.status == 422 and ehr.asked == [] and "elsewhere" not in reply.body


async def test_lost_events_are_fetched_by_their_numbers(both: tuple[Site, Ehr]) -> None:
    site, ehr = both
    lost = [(n, f"QuestionnaireResponse/lost{n}") for n in (2, 3)]
    ehr.answers["Subscription/s5/$events?eventsSinceNumber=2"] = notification(
        "s5", "query-event", 4, *lost, a=cssrs("4", name="lost2"), b=phq9("000000003", name="lost3")
    )
    await post(site, notification("s5", "handshake", 1))
    before = await end(site)

    last = notification("s5", "event-notification", 4, (4, "QuestionnaireResponse/n4"), a=phq9(name="n4"))
    reply = await post(site, last)
    asked = len(ehr.asked)
    await post(site, notification("s5", "heartbeat", 4))

    found = [fact.instrument for fact in await facts(site, before)]  # type: ignore[union-attr]
    assert reply.status == 200 and found == ["phq-9", "c-ssrs", "phq-9"]
    assert len(ehr.asked) == asked  # the gap is closed


async def test_without_events_by_number_what_changed_is_read_again(both: tuple[Site, Ehr]) -> None:
    site, ehr = both
    await post(site, notification("s6", "handshake", 0))
    page: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": cssrs("4", name="reread")}],
    }
    empty: Json = {"resourceType": "Bundle", "type": "searchset"}
    for kind in (
        "Observation",
        "Appointment",
        "Encounter",
        "MedicationAdministration",
        "Patient",
        "CareTeam",
        "Flag",
    ):
        ehr.answers[kind] = empty
    ehr.answers["QuestionnaireResponse"] = page
    before = await end(site)

    assert (await post(site, notification("s6", "heartbeat", 2))).status == 200

    assert [fact.instrument for fact in await facts(site, before)] == ["c-ssrs"]  # type: ignore[union-attr]
    asked = len(ehr.asked)
    await post(site, notification("s6", "heartbeat", 2))
    assert len(ehr.asked) == asked


async def test_a_gap_that_stays_open_is_told_to_ops_and_tried_again(both: tuple[Site, Ehr]) -> None:
    site, ehr = both
    await post(site, notification("s7", "handshake", 0))
    ehr.down = True

    reply = await post(site, notification("s7", "heartbeat", 1))

    assert reply.status == 200 and "warning" in reply.body
    fault = Signal.model_validate(await site.last("SIGNALS", "signals.system_fault"))
    assert fault.area == "fhir" and "lost" in fault.note
    ehr.down = False
    before = await end(site)
    event = (1, "QuestionnaireResponse/late")
    ehr.answers["Subscription/s7/$events?eventsSinceNumber=1"] = notification(
        "s7", "query-event", 1, event, a=cssrs("4", name="late")
    )
    await post(site, notification("s7", "heartbeat", 1))
    assert len(await facts(site, before)) == 1


async def test_a_form_that_cannot_be_used_does_not_stop_the_subscription_and_is_told_to_ops(
    both: tuple[Site, Ehr],
) -> None:
    site, _ = both
    unknown = cssrs(name="odd", item=[{"linkId": "odd", "answer": [{"valueString": "secret"}]}])

    event = (1, "QuestionnaireResponse/odd")
    lab = {"Authorization": "Bearer lab-token"}  # Told once an hour for each source.
    reply = await post(site, notification("s8", "event-notification", 1, event, a=unknown), **lab)

    fault = Signal.model_validate(await site.last("SIGNALS", "signals.system_fault"))
    assert reply.status == 200 and "QuestionnaireResponse.questionnaire" in fault.note
    assert "secret" not in reply.body + fault.model_dump_json() and json.loads(reply.body)


async def test_without_a_server_of_its_own_a_source_must_send_resources(site: Site) -> None:
    reply = await post(site, notification("s9", "event-notification", 1, (1, "Observation/1")))

    assert reply.status == 422 and "VIGIL_FHIR_SERVERS" in reply.body

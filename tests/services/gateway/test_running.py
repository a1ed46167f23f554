"""Health, counters, and what happens while NATS is away."""

import asyncio

import nats
import pytest

from services.gateway.app import new_patient_id
from services.gateway.server import HttpServer, ServerStartError
from services.runtime import provision
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import Seals
from tests.services.gateway.conftest import LINE, STRANGER, Site, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_is_live_ready_and_counts(site: Site) -> None:
    await site.carrier("/twilio/wait", {"CallSid": "CA900"})

    assert (await site.get("/health/live")).json == {"status": "live"}
    # Its loop stood still while tests with loops of their own ran: it may just be connecting anew.
    async with asyncio.timeout(10):
        while (await site.get("/health/ready")).json != {"status": "ready"}:
            await asyncio.sleep(0.1)
    metrics = await site.get("/metrics")
    assert 'vigil_http_requests_total{route="/twilio/wait",status="200"}' in metrics.body


async def test_no_page_loads_anything_from_elsewhere(site: Site) -> None:
    assert (await site.get("/docs")).status == (await site.get("/redoc")).status == 404
    schema = await site.get("/v1/openapi.json")
    assert "/v1/signals" in schema.body and "/twilio" not in schema.body


async def test_a_taken_port_is_named(site: Site) -> None:
    with pytest.raises(ServerStartError, match="VIGIL_GATEWAY_PORT"):
        await HttpServer(lambda *_: None, "127.0.0.1", site.gateway.server.port).start()  # type: ignore[arg-type,return-value]


async def test_ids_are_opaque_and_differ() -> None:
    ids = {new_patient_id() for _ in range(100)}

    assert len(ids) == 100 and all(len(one) == 19 for one in ids)


async def test_while_nats_is_away_nothing_is_answered_as_stored(
    tmp_path_factory: pytest.TempPathFactory, site_folder: tuple[EmbeddedServer, Seals]
) -> None:
    server = EmbeddedServer(tmp_path_factory.mktemp("away") / "var")
    await server.start()
    admin = await nats.connect(server.url, user="admin", password=server.passwords["admin"])
    await provision.provision(admin, marks=False)
    await admin.close()
    async with opened(server, site_folder[1]) as site:
        await site.page("ana", "p1")
        server.kill()
        text = {"MessageSid": "SM900", "From": STRANGER, "To": LINE, "Body": "help"}
        call = {"CallSid": "CA901", "From": LINE, "To": STRANGER}
        event = {"specversion": "1.0", "id": "n1", "source": "ehr", "subject": "x"}
        event |= {"type": "vigil.signal.withdrawal"}

        ready, sms, signal, asked, pressed = await asyncio.gather(
            site.get("/health/ready"),
            site.carrier("/twilio/sms", text),
            site.system("/v1/signals", event),
            site.carrier("/twilio/voice/ana/p1/1", call),
            site.carrier("/twilio/voice/ana/p1/digits?leg=0", {**call, "Digits": "1"}),
        )

        assert (ready.status, sms.status, signal.status) == (503, 503, 503)
        assert "press 1" in asked.said and "K 7" in asked.said
        assert "could not be recorded" in pressed.said and pressed.has("Gather")
        assert STRANGER not in sms.body
        await server.start()
        async with asyncio.timeout(30):
            while (await site.carrier("/twilio/sms", text)).status != 200:
                continue
        assert (await site.get("/health/ready")).status == 200
    await server.stop()


async def test_no_answer_waits_for_the_network_to_gather_bytes(site: Site) -> None:
    """Nagle's algorithm, left on, adds 40 ms to every answer."""
    loop = asyncio.get_running_loop()
    took = []
    for _ in range(10):
        began = loop.time()
        await site.get("/health/live")
        took.append(loop.time() - began)

    assert min(took) < 0.03

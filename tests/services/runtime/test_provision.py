"""Provisioning makes what the table says, once, and never over a doubt."""

import asyncio
import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, StorageType

from contracts import streams
from services.runtime import marks, nats_server, permissions, provision, stream_plan

KEY = "a-key-of-this-test-only"


async def login(server: nats_server.EmbeddedServer, user: str = "admin") -> Client:
    return await nats.connect(
        server.url,
        user=user,
        password=server.passwords[user],
        inbox_prefix=permissions.inbox_prefix(user),
    )


@asynccontextmanager
async def opened(server: nats_server.EmbeddedServer) -> AsyncIterator[Client]:
    """The server running, and the admin logged in."""
    await server.start()
    nc = await login(server)
    try:
        yield nc
    finally:
        await nc.close()
        await server.stop()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[nats_server.EmbeddedServer]:
    server = nats_server.EmbeddedServer(tmp_path, key=KEY)
    yield server
    await server.stop()


def marks_file(server: nats_server.EmbeddedServer) -> Path:
    return server.folder / "marks.json"


async def provisioned(server: nats_server.EmbeddedServer, nc: Client) -> provision.Report:
    return await provision.provision(nc, marks_file=marks_file(server), store=server.store)


async def test_everything_in_the_table_is_made_exactly_so_and_the_second_time_nothing_happens(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        first = await provisioned(server, nc)
        second = await provisioned(server, nc)

        assert {s.name for s in streams.STREAMS} | {b.stream for b in streams.BUCKETS} <= set(first.created)
        assert second == provision.Report((), ())
        js = nc.jetstream()
        for stream in streams.STREAMS:
            config = (await js.stream_info(stream.name)).config
            assert (config.max_bytes, config.discard) == (stream.max_bytes, DiscardPolicy.NEW)
            assert (config.storage, config.num_replicas, config.allow_direct) == (StorageType.FILE, 1, True)
            assert config.max_age == (stream.max_age or timedelta(0)).total_seconds()
            assert config.duplicate_window == stream.duplicate_window.total_seconds()
            parked = stream.name == "PARKED"
            assert (config.deny_delete, config.deny_purge) == (not parked, not (parked or stream.purged))
            for durable in stream.durables:
                heard = (await js.consumer_info(stream.name, durable.name)).config
                assert heard.filter_subjects == list(durable.filters)
                most = 1 if durable.in_order else 100_000
                assert (heard.ack_wait, heard.max_deliver, heard.max_ack_pending) == (2, -1, most)


async def test_a_drift_that_harms_nothing_is_set_right_and_told(server: nats_server.EmbeddedServer) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        js = nc.jetstream()
        pages = stream_plan.stream_config(streams.stream("PAGES"))
        await js.update_stream(dataclasses.replace(pages, max_bytes=1_000_000, discard=DiscardPolicy.OLD))
        _, durable = streams.durable("escalation_pages")
        await js.add_consumer("PAGES", dataclasses.replace(stream_plan.durable_config(durable), ack_wait=30))

        report = await provisioned(server, nc)

        assert report.created == ()
        assert any(line.startswith("PAGES: max_bytes should be") for line in report.updated)
        assert any(line.startswith("PAGES: discard should be 'new', found 'old'") for line in report.updated)
        assert "PAGES/escalation_pages: ack_wait should be 2.0, found 30.0: set right" in report.updated
        assert await provisioned(server, nc) == provision.Report((), ())


async def test_a_drift_that_could_lose_messages_is_refused_by_name_and_nothing_is_changed(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        js = nc.jetstream()
        signals = stream_plan.stream_config(streams.stream("SIGNALS"))
        wider = dataclasses.replace(signals, max_bytes=(signals.max_bytes or 0) * 2, subjects=["signals.>"])
        await js.add_stream(wider)

        with pytest.raises(provision.ProvisionError) as refused:
            await provision.provision(nc, marks=False)

        assert "SIGNALS: max_bytes should be 1073741824.0, found 2147483648.0" in str(refused.value)
        assert "SIGNALS: subjects should be ('signals.*',), found ('signals.>',)" in str(refused.value)
        assert [info.config.name for info in await js.streams_info()] == ["SIGNALS"]


async def test_a_service_starts_only_when_its_durables_are_there_and_right(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        paging = await login(server, "paging")
        await provision.check(paging, "paging")

        js = nc.jetstream()
        _, durable = streams.durable("paging_answers")
        bounded = dataclasses.replace(stream_plan.durable_config(durable), max_deliver=3)
        await js.add_consumer("CARRIER", bounded)
        await js.delete_consumer("ESCALATIONS", "paging_escalations")
        with pytest.raises(provision.ProvisionError) as refused:
            await provision.check(paging, "paging")

        assert "CARRIER/paging_answers: max_deliver should be None, found 3.0" in str(refused.value)
        assert "ESCALATIONS/paging_escalations does not exist" in str(refused.value)
        await paging.close()


async def test_every_service_can_check_itself_with_no_more_than_its_own_permissions(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        for service in streams.SERVICES:
            own = await login(server, service)
            await provision.check(own, service)
            await own.close()


def started(argv: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, env=os.environ | environment)


@asynccontextmanager
async def with_key(server: nats_server.EmbeddedServer, key: str) -> AsyncIterator[Client]:
    """The store opened with that key by a server that nobody guards."""
    argv, environment = nats_server.supervised(server.folder, server.port, key=key)
    with started(argv, environment) as child:
        for _ in range(500):
            if await nats_server.answers(server.port):
                break
            await asyncio.sleep(0.02)
        nc = await login(server)
        yield nc
        await nc.close()
        child.terminate()


async def test_behind_a_wrong_key_nothing_is_made_and_the_right_key_still_opens_it_all(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        kept = (await nc.jetstream().publish("escalations.p1", b"{}")).seq

    async with with_key(server, "another-key-altogether") as nc:
        with pytest.raises(provision.ProvisionError, match=r"ESCALATIONS is gone.*JS_KEY is not the key"):
            await provisioned(server, nc)
        with pytest.raises(
            provision.ProvisionError, match=r"ESCALATIONS lies in .* but NATS does not show it"
        ):
            await provision.provision(nc, marks_file=server.folder / "lost.json", store=server.store)
        with pytest.raises(provision.ProvisionError, match=r"run `vigil provision --first`"):
            await provision.provision(nc, marks_file=server.folder / "lost.json")

    async with opened(server) as nc:
        assert await provisioned(server, nc) == provision.Report((), ())
        assert (await nc.jetstream().get_last_msg("ESCALATIONS", "escalations.p1")).seq == kept


async def test_a_stream_that_went_backwards_is_refused_until_a_person_accepts_it(
    server: nats_server.EmbeddedServer,
) -> None:
    copy = server.folder / "copy"
    async with opened(server) as nc:
        await provisioned(server, nc)
        await nc.jetstream().publish("escalations.p1", b"{}")
        await provision.remember_marks(nc, marks_file=marks_file(server))
    shutil.copytree(server.store, copy)
    async with opened(server) as nc:
        await nc.jetstream().publish("escalations.p1", b"{}")
        await provision.remember_marks(nc, marks_file=marks_file(server))
    shutil.rmtree(server.store)
    copy.rename(server.store)

    async with opened(server) as nc:
        backwards = r"ESCALATIONS went backwards: it had come to message 2 and now ends at 1, so 1 ack"
        with pytest.raises(provision.ProvisionError, match=backwards):
            await provisioned(server, nc)
        with pytest.raises(provision.ProvisionError, match=backwards):
            await provision.remember_marks(nc, marks_file=marks_file(server))
        for name in ("ESCALATIONS", "KV_marks"):
            await provision.accept(nc, name, marks_file=marks_file(server))
        assert await provisioned(server, nc) == provision.Report((), ())


async def test_a_stream_that_was_deleted_is_not_made_again_and_one_made_anew_is_noticed(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        js = nc.jetstream()
        await js.delete_stream("PAGES")
        with pytest.raises(provision.ProvisionError, match="PAGES is gone"):
            await provisioned(server, nc)

        # The bucket alone remembers too, as on another machine.
        marks_file(server).unlink()
        with pytest.raises(provision.ProvisionError, match="PAGES is gone"):
            await provisioned(server, nc)

        await js.add_stream(stream_plan.stream_config(streams.stream("PAGES")))
        with pytest.raises(provision.ProvisionError, match="PAGES is another stream than before"):
            await provisioned(server, nc)

        await provision.accept(nc, "PAGES", marks_file=marks_file(server))
        assert (await provisioned(server, nc)).created == ("PAGES/escalation_pages", "PAGES/roster_pages")


async def test_a_durable_that_was_given_more_than_its_stream_holds_is_a_stream_gone_backwards(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        await nc.jetstream().publish("overdue.PAGES", b"{}")
        pull = await nc.jetstream().pull_subscribe_bind("paging_overdue", stream="OVERDUE")
        await (await pull.fetch(1, timeout=10))[0].ack_sync(timeout=10)
        await pull.unsubscribe()
        found = await provision._look(nc.jetstream())
        found.streams["OVERDUE"].state.last_seq = 0

        assert "OVERDUE went backwards: paging_overdue was given message 1" in provision._unsafe(found, 1)[0]


async def test_marks_only_rise_and_are_written_only_when_they_changed(
    server: nats_server.EmbeddedServer,
) -> None:
    async with opened(server) as nc:
        await provisioned(server, nc)
        js = nc.jetstream()
        await provision.remember_marks(nc, marks_file=marks_file(server))
        settled = (await js.stream_info("KV_marks")).state.last_seq

        await provision.remember_marks(nc, marks_file=marks_file(server))

        assert (await js.stream_info("KV_marks")).state.last_seq == settled
        assert json.loads(marks_file(server).read_text())["PAGES"]["last_seq"] == 0


def test_of_two_memories_the_higher_one_counts() -> None:
    low, high = marks.Mark(3, "t"), marks.Mark(5, "t")
    assert marks.merged({"A": low, "B": high}, {"A": high}) == {"A": high, "B": high}


def test_what_only_looks_different_is_no_drift() -> None:
    for config in stream_plan.all_streams():
        seen = dataclasses.replace(config, metadata={"_nats.ver": "2.15.1"}, max_msgs=-1, sealed=False)
        assert stream_plan.drifts("S", config, seen) == ()


@pytest.mark.parametrize("field", ["retention", "storage", "mirror", "sealed", "no_ack", "max_consumers"])
def test_a_field_nobody_named_safe_is_not_touched(field: str) -> None:
    config = stream_plan.stream_config(streams.stream("PAGES"))
    other = dataclasses.replace(config)
    setattr(other, field, "other")
    (drift,) = stream_plan.drifts("PAGES", config, other)
    assert not drift.safe

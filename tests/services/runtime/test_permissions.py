"""Each NATS user may do what the table says, and nothing else: on paper and on a real server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NoKeysError
from nats.js.kv import KeyValue

from contracts import streams
from services.runtime import nats_server, permissions, provision

on_one_loop = pytest.mark.asyncio(loop_scope="module")


class Desk:
    """A real, provisioned server, and a way to log in as anybody."""

    def __init__(self, server: nats_server.EmbeddedServer) -> None:
        self.server = server
        self.refused: dict[str, list[str]] = {}
        self._clients: dict[str, Client] = {}

    async def login(self, user: str) -> Client:
        if user not in self._clients:
            self.refused[user] = []

            async def on_error(error: Exception) -> None:
                self.refused[user].append(str(error))

            self._clients[user] = await nats.connect(
                self.server.url,
                user=user,
                password=self.server.passwords[user],
                inbox_prefix=permissions.inbox_prefix(user),
                error_cb=on_error,
            )
        return self._clients[user]

    def inbox(self, user: str) -> bytes:
        """The prefix of that user's inboxes as pull subscriptions want it."""
        return f"{permissions.inbox_prefix(user)}.".encode()

    async def publish(self, user: str, subjects: Sequence[str]) -> list[str]:
        """Publish to each subject as that user; return those the server let through."""
        nc = await self.login(user)
        self.refused[user].clear()
        for subject in subjects:
            await nc.publish(subject, b"{}")
        return await self._let_through(user, nc, subjects)

    async def subscribe(self, user: str, subjects: Sequence[str]) -> list[str]:
        """Subscribe to each subject as that user; return those the server let through."""
        nc = await self.login(user)
        self.refused[user].clear()
        made = [await nc.subscribe(subject) for subject in subjects]
        through = await self._let_through(user, nc, subjects)
        for subscription in made:
            await subscription.unsubscribe()
        return through

    async def _let_through(self, user: str, nc: Client, subjects: Sequence[str]) -> list[str]:
        # A refusal may arrive behind the answer to the flush, so a few more may be needed.
        through = list(subjects)
        for _ in range(50):
            await nc.flush()
            refused = " ".join(self.refused[user])
            through = [subject for subject in subjects if f'"{subject.lower()}"' not in refused]
            if not through:
                break
            await asyncio.sleep(0.01)
        return through

    async def close(self) -> None:
        for nc in self._clients.values():
            await nc.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("permissions")
    server = nats_server.EmbeddedServer(folder)
    await server.start()
    desk = Desk(server)
    await provision.provision(await desk.login("admin"), marks=False)
    yield desk
    await desk.close()
    await server.stop()


def concrete(pattern: str) -> str:
    """A subject of the pattern that no test expects to mean anything."""
    return pattern.replace("*", "x").replace(">", "x")


OPS_HANDS = {"cli", "console"}
"""Where a person decides that parked messages are tried again."""


def may(user: str, subject: str) -> bool:
    """Whether the table lets that user append to the subject."""
    return any(
        subject == concrete(pattern) or pattern.split(".")[0] == subject.split(".")[0]
        for stream in streams.STREAMS
        for service, patterns in stream.appended_by
        if service == user
        for pattern in patterns
        if pattern.endswith(("*", ">")) or pattern == subject
    )


def test_the_permissions_are_the_same_every_time_and_sorted() -> None:
    for service in streams.SERVICES:
        allowed = permissions.permissions(service)
        assert allowed == permissions.permissions(service)
        assert list(allowed.publish) == sorted(set(allowed.publish))


def test_a_name_that_is_no_service_is_refused() -> None:
    with pytest.raises(ValueError, match="'ledgerr' is no service"):
        permissions.permissions("ledgerr")


def test_a_service_hears_its_own_answers_and_its_retry_call_and_nothing_else() -> None:
    assert permissions.permissions("paging").subscribe == ("_INBOX_paging.>", "vigil.retry.paging")


def test_no_service_may_make_change_empty_or_delete_a_stream() -> None:
    powers = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG", "DURABLE")
    for service in streams.SERVICES:
        for subject in permissions.permissions(service).publish:
            assert subject not in (">", "$JS.>", "$JS.API.>"), service
            assert not any(power in subject for power in powers), (service, subject)


def test_only_ops_hands_ask_for_retries() -> None:
    asking = {s for s in streams.SERVICES if "vigil.retry.*" in permissions.permissions(s).publish}
    assert asking == OPS_HANDS


@on_one_loop
async def test_nobody_appends_to_what_the_table_gives_to_another(desk: Desk) -> None:
    admin = (await desk.login("admin")).jetstream()
    before = {s.name: (await admin.stream_info(s.name)).state.last_seq for s in streams.STREAMS}
    for user in streams.SERVICES:
        theirs = {
            concrete(pattern)
            for stream in streams.STREAMS
            for owner, patterns in stream.appended_by
            if owner != user
            for pattern in patterns
            if not may(user, concrete(pattern))
        }
        theirs |= {f"$KV.{b.name}.x" for b in streams.BUCKETS if user not in b.written_by}
        theirs |= {f"vigil.retry.{other}" for other in streams.SERVICES if user not in OPS_HANDS}

        assert await desk.publish(user, sorted(theirs)) == [], user
    after = {s.name: (await admin.stream_info(s.name)).state.last_seq for s in streams.STREAMS}
    assert after == before


@on_one_loop
async def test_nobody_reads_a_stream_or_bucket_that_the_table_does_not_give_them(desk: Desk) -> None:
    for user in streams.SERVICES:
        closed = [s.name for s in streams.STREAMS if user not in s.followed_by]
        closed += [b.stream for b in streams.BUCKETS if user not in b.read_by]
        asked = [
            f"$JS.API.{call}"
            for name in closed
            for call in (
                f"DIRECT.GET.{name}",
                f"DIRECT.GET.{name}.x",
                f"STREAM.MSG.GET.{name}",
                f"CONSUMER.CREATE.{name}",
                f"CONSUMER.CREATE.{name}.mine",
                f"CONSUMER.DURABLE.CREATE.{name}.mine",
                f"CONSUMER.MSG.NEXT.{name}.mine",
            )
        ]
        assert await desk.publish(user, asked) == [], user


@on_one_loop
async def test_nobody_takes_acknowledges_changes_or_deletes_the_durable_of_another(desk: Desk) -> None:
    for user in streams.SERVICES:
        asked = [
            subject
            for stream in streams.STREAMS
            for durable in stream.durables
            if durable.service != user
            for subject in (
                f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{durable.name}",
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{durable.name}",
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{durable.name}.x",
                f"$JS.API.CONSUMER.DELETE.{stream.name}.{durable.name}",
                f"$JS.ACK.{stream.name}.{durable.name}.1.1.1.1.0",
            )
        ]
        assert await desk.publish(user, asked) == [], user


@on_one_loop
async def test_nobody_listens_to_facts_or_to_the_answers_another_gets(desk: Desk) -> None:
    for user in streams.SERVICES:
        others = [other for other in streams.SERVICES if other != user]
        heard = [subject for stream in streams.STREAMS for subject in stream.subjects]
        heard += ["_INBOX.>", *(f"_INBOX_{other}.>" for other in others), ">", "$JS.EVENT.>", "$KV.>"]
        heard += [f"vigil.retry.{other}" for other in others]
        assert await desk.subscribe(user, heard) == [], user


@on_one_loop
async def test_everybody_appends_what_is_theirs(desk: Desk) -> None:
    for stream in streams.STREAMS:
        for user, patterns in stream.appended_by:
            js = (await desk.login(user)).jetstream(timeout=20)
            for pattern in patterns:
                assert (await js.publish(concrete(pattern), b"{}")).stream == stream.name


@on_one_loop
async def test_everybody_hears_and_acknowledges_at_their_own_durables(desk: Desk) -> None:
    admin = (await desk.login("admin")).jetstream()
    for stream in streams.STREAMS:
        for durable in stream.durables:
            await admin.publish(concrete(durable.filters[0]), b"{}")
            nc = await desk.login(durable.service)
            pull = await nc.jetstream(timeout=20).pull_subscribe_bind(
                durable.name, stream=stream.name, inbox_prefix=desk.inbox(durable.service)
            )
            for message in await pull.fetch(1, timeout=10):
                await message.ack_sync(timeout=10)
            await pull.unsubscribe()


@on_one_loop
async def test_everybody_follows_and_reads_what_is_theirs(desk: Desk) -> None:
    names = [(s.name, u, concrete(s.subjects[0])) for s in streams.STREAMS for u in s.followed_by]
    names += [(b.stream, u, f"$KV.{b.name}.x") for b in streams.BUCKETS for u in b.read_by]
    admin = (await desk.login("admin")).jetstream()
    for name, user, subject in names:
        sequence = (await admin.publish(subject, b"{}")).seq
        nc = await desk.login(user)
        js = nc.jetstream(timeout=20)
        assert (await js.get_last_msg(name, subject, direct=True)).seq == sequence
        assert (await js.get_msg(name, sequence, direct=True)).subject == subject
        config = ConsumerConfig(
            name=f"peek_{user}",
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
            filter_subject=subject,
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
        )
        await js.add_consumer(name, config)
        pull = await js.pull_subscribe_bind(f"peek_{user}", stream=name, inbox_prefix=desk.inbox(user))
        assert [message.data for message in await pull.fetch(1, timeout=10)] == [b"{}"]
        await pull.unsubscribe()
        assert await js.delete_consumer(name, f"peek_{user}")


@on_one_loop
async def test_those_who_write_a_bucket_can_and_its_readers_list_its_keys(desk: Desk) -> None:
    for bucket in streams.BUCKETS:
        for user in bucket.written_by:
            kv = await (await desk.login(user)).jetstream(timeout=20).key_value(bucket.name)
            revision = await kv.create(f"made-by-{user}", b"1")
            await kv.update(f"made-by-{user}", b"2", last=revision)
        for user in bucket.read_by:
            kv = await (await desk.login(user)).jetstream(timeout=20).key_value(bucket.name)
            assert f"made-by-{bucket.written_by[0]}" in await _listed(kv)


async def _listed(kv: KeyValue) -> list[str]:
    """The watch behind `keys` may end before it has shown everything: look again."""
    for _ in range(5):
        with contextlib.suppress(NoKeysError):
            return await kv.keys()
    return []


@on_one_loop
async def test_the_watchdog_sees_how_far_everybody_is(desk: Desk) -> None:
    js = (await desk.login("watchdog")).jetstream(timeout=20)
    for stream in streams.STREAMS:
        assert (await js.stream_info(stream.name)).config.name == stream.name
        for durable in stream.durables:
            assert (await js.consumer_info(stream.name, durable.name)).name == durable.name


@on_one_loop
async def test_the_cli_reaches_a_service_that_listens_for_its_retry(desk: Desk) -> None:
    listening = await (await desk.login("paging")).subscribe("vigil.retry.paging")
    await (await desk.login("paging")).flush()

    await (await desk.login("cli")).publish("vigil.retry.paging", b"all")
    await (await desk.login("cli")).flush()

    assert (await listening.next_msg(timeout=30)).data == b"all"
    await listening.unsubscribe()

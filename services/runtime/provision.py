"""Makes streams, buckets and durables from the table of contracts, once, as the admin; checks them.

Services never declare anything. An automatic declaration after a wrong encryption key destroyed a
stream that the right key would have opened again; hence nothing here is created over a doubt, and
everything is looked at before anything is changed.
"""

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, StreamInfo
from nats.js.errors import NotFoundError

from contracts import streams
from services.runtime import marks as high_water
from services.runtime import nats_config, stream_plan

MARKS_FILE = Path("var/marks.json")


class ProvisionError(Exception):
    """NATS isn't as the table wants it and can't safely be made so; the text says what to do."""


@dataclass(frozen=True)
class Report:
    """What provisioning did: names that were created, sentences about what was set right."""

    created: tuple[str, ...]
    updated: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    streams: Mapping[str, StreamInfo]
    durables: Mapping[str, ConsumerInfo]


async def provision(
    nc: Client,
    *,
    marks: bool = True,
    marks_file: Path = MARKS_FILE,
    replicas: int = 1,
    store: Path | None = None,
    first: bool = False,
) -> Report:
    """Create what is missing and set right what safely can be; `nc` is a connection of the admin.

    `store` is the folder of the streams when the server runs on this machine: a stream that lies
    there but isn't shown makes it stop. Without it an empty server is only filled when `first`
    says that it is meant to be new. `marks=False` skips both, for tests with a store of their own.

    Raises ProvisionError, having changed nothing: a stream vanished or went backwards, or a field
    differs in a way that can't safely be changed. It names every one of them.
    """
    js = nc.jetstream()
    found = await _look(js)
    troubles = list(_unsafe(found, replicas))
    if marks:
        troubles += await _lost(js, found, marks_file, store, first)
    if troubles:
        raise ProvisionError("\n".join(troubles))
    report = Report(
        created=tuple(await _create(js, found, replicas)),
        updated=tuple(await _set_right(js, found, replicas)),
    )
    if marks:
        await remember_marks(nc, marks_file=marks_file)
    return report


async def check(nc: Client, service: str) -> None:
    """See that everything a service needs exists and its durables are as the table wants them.

    Uses no more than the service's own permissions. Raises ProvisionError naming each fault.
    """
    js = nc.jetstream(timeout=2)
    reads = [s.name for s in streams.STREAMS if service in s.followed_by]
    reads += [b.stream for b in streams.BUCKETS if service in (*b.read_by, *b.written_by)]
    hears = [(s.name, d) for s in streams.STREAMS for d in s.durables if d.service == service]
    shown = await asyncio.gather(*(_stream_info(js, name) for name in reads))
    heard = await asyncio.gather(*(_consumer_info(js, name, durable.name) for name, durable in hears))
    troubles = [f"{name} does not exist" for name, info in zip(reads, shown, strict=True) if info is None]
    for (name, durable), info in zip(hears, heard, strict=True):
        where = f"{name}/{durable.name}"
        if info is None:
            troubles.append(f"{where} does not exist")
        else:
            troubles += map(str, stream_plan.drifts(where, stream_plan.durable_config(durable), info.config))
    if troubles:
        raise ProvisionError(f"{service} can't start; run `vigil provision` first. " + "; ".join(troubles))


async def remember_marks(nc: Client, *, marks_file: Path = MARKS_FILE) -> None:
    """Raise the high-water marks to what the streams hold now; call it every minute or so.

    Raises ProvisionError, leaving the marks as they are, when a stream vanished or went backwards.
    """
    js = nc.jetstream()
    now = high_water.of((await _look(js)).streams)
    known = high_water.merged(high_water.read_file(marks_file), await high_water.read_bucket(js))
    if troubles := high_water.troubles(known, now):
        raise ProvisionError("\n".join(troubles))
    await high_water.write_bucket(js, now)
    high_water.write_file(marks_file, now)


async def accept(nc: Client, stream: str, *, marks_file: Path = MARKS_FILE) -> None:
    """Forget how far a stream had come: a person decided that what it lost is lost.

    Its mark becomes what the stream holds now; a missing stream has none and can be made again.
    Raises KeyError for a name that isn't in the table.
    """
    if stream not in {config.name for config in stream_plan.all_streams()}:
        raise KeyError(stream)
    js = nc.jetstream()
    info = await _stream_info(js, stream)
    now = high_water.of({stream: info} if info else {})
    for_file = {k: v for k, v in high_water.read_file(marks_file).items() if k != stream} | now
    for_bucket = {k: v for k, v in (await high_water.read_bucket(js)).items() if k != stream} | now
    high_water.write_file(marks_file, for_file)
    if await _stream_info(js, f"KV_{high_water.BUCKET}"):
        await high_water.write_bucket(js, for_bucket)


async def _look(js: JetStreamContext) -> _Found:
    # One by one: a list leaves out streams whose leader doesn't answer, and they'd seem to be gone.
    names = [str(config.name) for config in stream_plan.all_streams()]
    shown = await asyncio.gather(*(_stream_info(js, name) for name in names))
    existing = {name: info for name, info in zip(names, shown, strict=True) if info is not None}
    wanted = [(s.name, d.name) for s in streams.STREAMS if s.name in existing for d in s.durables]
    heard = await asyncio.gather(*(_consumer_info(js, stream, durable) for stream, durable in wanted))
    pairs = zip(wanted, heard, strict=True)
    return _Found(existing, {durable: info for (_, durable), info in pairs if info is not None})


def _unsafe(found: _Found, replicas: int) -> list[str]:
    troubles = [
        f"{drift}. This can't be changed without risk to stored messages: see why it differs, then change "
        f"the table, or move the messages by hand."
        for drift in (*_stream_drifts(found, replicas), *_durable_drifts(found))
        if not drift.safe
    ]
    return troubles + [
        f"{stream} went backwards: {durable} was given message {given}, and the stream ends at {last}. "
        f"Stop, keep a copy of the store, restore the backup."
        for stream, durable, given, last in _ahead(found)
    ]


def _ahead(found: _Found) -> list[tuple[str, str, int, int]]:
    """Durables that were given more than their stream now holds."""
    return [
        (stream.name, durable.name, info.delivered.stream_seq, last)
        for stream in streams.STREAMS
        for durable in stream.durables
        if (info := found.durables.get(durable.name)) is not None and info.delivered is not None
        if info.delivered.stream_seq > (last := found.streams[stream.name].state.last_seq)
    ]


async def _lost(
    js: JetStreamContext, found: _Found, marks_file: Path, store: Path | None, first: bool
) -> list[str]:
    now = high_water.of(found.streams)
    known = high_water.merged(high_water.read_file(marks_file), await high_water.read_bucket(js))
    troubles = list(high_water.troubles(known, now))
    if store is not None:
        folders = (store / nats_config.ACCOUNT / "streams").glob("*")
        stored = {f.name for f in folders if f.name in {str(c.name) for c in stream_plan.all_streams()}}
        troubles += [
            f"{name} lies in {store} but NATS does not show it: JS_KEY is not the key it was written with, "
            f"or the files are damaged. Nothing was changed; set the right key, or move the folder away."
            for name in sorted(stored - set(found.streams) - set(known))
        ]
    elif not known and not found.streams and not first:
        troubles.append(
            "NATS shows no stream at all, and nothing here remembers one. A server with a wrong JS_KEY looks "
            "just so, and creating streams would destroy those it can't read. If this is a new installation, "
            "run `vigil provision --first`."
        )
    return troubles


async def _create(js: JetStreamContext, found: _Found, replicas: int) -> list[str]:
    missing = [c for c in stream_plan.all_streams(replicas) if str(c.name) not in found.streams]
    await asyncio.gather(*(js.add_stream(config) for config in missing))
    unheard = [
        (stream.name, durable)
        for stream in streams.STREAMS
        for durable in stream.durables
        if durable.name not in found.durables
    ]
    await asyncio.gather(
        *(js.add_consumer(name, stream_plan.durable_config(durable)) for name, durable in unheard)
    )
    return [str(config.name) for config in missing] + [f"{name}/{durable.name}" for name, durable in unheard]


async def _set_right(js: JetStreamContext, found: _Found, replicas: int) -> list[str]:
    on_streams, on_durables = _stream_drifts(found, replicas), _durable_drifts(found)
    for config in stream_plan.all_streams(replicas):
        if any(drift.where == config.name for drift in on_streams):
            stands = found.streams[str(config.name)].config
            kept = {field: getattr(config, field) or getattr(stands, field) for field in stream_plan.STRICTER}
            await js.update_stream(dataclasses.replace(config, placement=stands.placement, **kept))
    for stream in streams.STREAMS:
        for durable in stream.durables:
            if any(drift.where == f"{stream.name}/{durable.name}" for drift in on_durables):
                await js.add_consumer(stream.name, stream_plan.durable_config(durable))
    return [f"{drift}: set right" for drift in (*on_streams, *on_durables)]


def _stream_drifts(found: _Found, replicas: int) -> list[stream_plan.Drift]:
    return [
        drift
        for config in stream_plan.all_streams(replicas)
        if (info := found.streams.get(str(config.name))) is not None
        for drift in stream_plan.drifts(str(config.name), config, info.config)
    ]


def _durable_drifts(found: _Found) -> list[stream_plan.Drift]:
    return [
        drift
        for stream in streams.STREAMS
        for durable in stream.durables
        if (info := found.durables.get(durable.name)) is not None
        for drift in stream_plan.drifts(
            f"{stream.name}/{durable.name}", stream_plan.durable_config(durable), info.config
        )
    ]


async def _stream_info(js: JetStreamContext, name: str) -> StreamInfo | None:
    try:
        return await js.stream_info(name)
    except NotFoundError:
        return None


async def _consumer_info(js: JetStreamContext, stream: str, durable: str) -> ConsumerInfo | None:
    try:
        info: ConsumerInfo = await js.consumer_info(stream, durable)
    except NotFoundError:
        return None
    return info

"""The log: optimistic appends to a subject, and its last commit in one direct get.

A fresh acknowledgement is the only success. Everything else (a conflict, a duplicate, a time-out,
no leader) means: load, and decide again. On one server a stored message that is retried looks like
a conflict (10071); on a cluster it is a duplicate, and a lost race may be 10164.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.api import Header

_CONFLICTS = frozenset({10071, 10164})


class Unavailable(Exception):
    """NATS gave no usable answer in time; try again later."""


class Conflict(Exception):
    """Somebody else appended first (or this very append was stored before)."""


@dataclass(frozen=True)
class Stored:
    """A stored message."""

    subject: str
    sequence: int
    data: bytes
    headers: Mapping[str, str]
    at: datetime | None = None
    """When the server stored it, where a follower saw it."""


class Log:
    """One stream, appended to by one service. Time-outs are in real seconds."""

    def __init__(self, nc: Client, stream: str, timeout: float = 1.0) -> None:
        self._nc = nc
        self._js = nc.jetstream(timeout=timeout)
        self._timeout = timeout
        self.stream = stream

    async def last(self, subject: str) -> Stored | None:
        """Return the last message of the subject, or None; raises Unavailable."""
        return await self._get(f"$JS.API.DIRECT.GET.{self.stream}.{subject}", b"")

    async def since(self, subject: str, sequence: int) -> list[Stored]:
        """Return the subject's messages from that stream sequence on; raises Unavailable."""
        found: list[Stored] = []
        while True:
            ask = json.dumps({"seq": sequence, "next_by_subj": subject}).encode()
            stored = await self._get(f"$JS.API.DIRECT.GET.{self.stream}", ask)
            if stored is None:
                return found
            found.append(stored)
            sequence = stored.sequence + 1

    async def append(
        self, subject: str, data: bytes, expected: int, message_id: str, headers: Mapping[str, str]
    ) -> int:
        """Append after `expected` (0: as the first) and return the sequence.

        Raises Conflict or Unavailable.
        """
        sent = {
            **headers,
            str(Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value): str(expected),
            str(Header.MSG_ID.value): message_id,
        }
        try:
            ack = await self._js.publish(subject, data, headers=sent, timeout=self._timeout)
        except nats.js.errors.APIError as error:
            if error.err_code in _CONFLICTS:
                raise Conflict(subject) from error
            raise Unavailable(f"append to {subject}: {error.err_code} {error.description}") from error
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"append to {subject}: {type(error).__name__}") from error
        if ack.duplicate:
            raise Conflict(subject)
        return ack.seq

    async def _get(self, api: str, ask: bytes) -> Stored | None:
        try:
            reply = await self._nc.request(api, ask, timeout=self._timeout)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"read {self.stream}: {type(error).__name__}") from error
        headers = reply.headers or {}
        status = headers.get("Status", "")
        if status == "404":
            return None
        if status:
            raise Unavailable(f"read {self.stream}: {status} {headers.get('Description', '')}")
        return Stored(headers["Nats-Subject"], int(headers["Nats-Sequence"]), reply.data, headers)


async def publish_fact(nc: Client, subject: str, data: bytes, message_id: str, timeout: float = 1.0) -> bool:
    """Publish a fact once; return whether it was new. Raises Unavailable.

    The id makes a repetition within the stream's duplicate window harmless.
    """
    try:
        ack = await nc.jetstream(timeout=timeout).publish(
            subject, data, headers={str(Header.MSG_ID.value): message_id}, timeout=timeout
        )
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"publish {subject}: {type(error).__name__}") from error
    return not ack.duplicate

"""The versions of the policies: each is put in force whole, and none is ever lost.

`current` is the truth; `v<number>` is a copy of each version there was. `current` is written
first, by compare-and-set on its revision, so that of two who apply at once one wins and the other
is told. A crash between the two writes leaves a version without its copy, which whoever looks
next makes good.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from contracts.policies import Policy, PolicySet
from services.programme.policy_text import difference, files_named, files_of, text_of
from services.runtime.follow import Table


class PoliciesChanged(Exception):
    """Somebody else put policies in force since; `current` is what they are now."""

    def __init__(self, current: PolicySet) -> None:
        super().__init__(f"version {current.version} is in force, by {current.applied_by}")
        self.current = current


class PolicyStore:
    """Reads and writes the bucket `policies`. Raises nats errors when it can't be."""

    def __init__(self, nc: Client, now: Callable[[], datetime]) -> None:
        self._nc = nc
        self._now = now

    async def current(self) -> PolicySet | None:
        """Return the policies in force, or None."""
        found, _ = await self._current(await self._bucket())
        return found

    async def version(self, number: int) -> PolicySet | None:
        """Return the policies of that version, or None if there never was one."""
        bucket = await self._bucket()
        current, _ = await self._current(bucket)
        if current is not None and current.version == number:
            return current
        try:
            return _read((await bucket.get(f"v{number}")).value)
        except KeyNotFoundError:
            return None

    async def history(self) -> tuple[PolicySet, ...]:
        """Return every version there was, the first one first."""
        await self._current(await self._bucket())
        # Not `kv.keys()`: its watch may end before it has shown everything.
        table = Table(self._nc, "policies")
        await table.start()
        await table.stop()
        versions = [_read(raw) for key, raw in table.raw.items() if key != "current"]
        return tuple(sorted(versions, key=lambda one: one.version))

    async def apply(
        self,
        policies: Sequence[Policy],
        by: str,
        reason: str = "",
        *,
        sources: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        based_on: int | None = None,
        overridden: str = "",
        rolled_back_to: int | None = None,
    ) -> PolicySet:
        """Put all policies in force as the next version; runs that are open keep theirs.

        `sources` and `files` are the text and the name of each policy's file. `based_on` is the
        version that was changed into these, 0 for none. Raises PoliciesChanged when another
        version is in force by then; nothing is written.
        """
        bucket = await self._bucket()
        current, revision = await self._current(bucket)
        number = current.version if current else 0
        if current is not None and based_on is not None and based_on != number:
            raise PoliciesChanged(current)
        texts = {policy.id: (sources or {}).get(policy.id) or text_of(policy) for policy in policies}
        after = files_named(tuple(policies), texts, files or {})
        before = files_of(current) if current else {}
        applied = PolicySet(
            version=number + 1,
            policies=tuple(policies),
            applied_by=by,
            applied_at=self._now(),
            reason=reason,
            sources=texts,
            files=dict(files or {}),
            overridden=overridden,
            diff=difference(before, after, f"v{number}", f"v{number + 1}"),
            rolled_back_to=rolled_back_to,
        )
        await self._write(bucket, applied, revision)
        await _keep_copy(bucket, applied)
        return applied

    async def _write(self, bucket: KeyValue, applied: PolicySet, revision: int | None) -> None:
        data = applied.model_dump_json().encode()
        try:
            if revision is None:
                await bucket.create("current", data)
            else:
                await bucket.update("current", data, last=revision)
        except KeyWrongLastSequenceError:
            won, _ = await self._current(bucket)
            if won is None:
                raise
            raise PoliciesChanged(won) from None

    async def _current(self, bucket: KeyValue) -> tuple[PolicySet | None, int | None]:
        """Return what is in force and its revision, and see to it that its copy exists."""
        try:
            entry = await bucket.get("current")
        except KeyNotFoundError:
            return None, None
        found = _read(entry.value)
        await _keep_copy(bucket, found)
        return found, entry.revision

    async def _bucket(self) -> KeyValue:
        return await self._nc.jetstream(timeout=5).key_value("policies")


async def _keep_copy(bucket: KeyValue, applied: PolicySet) -> None:
    try:
        await bucket.get(f"v{applied.version}")
    except KeyNotFoundError:
        try:
            await bucket.create(f"v{applied.version}", applied.model_dump_json().encode())
        except KeyWrongLastSequenceError:
            # Another reader made it good in the same moment.
            return


def _read(raw: bytes | None) -> PolicySet:
    return PolicySet.model_validate_json(raw or b"")

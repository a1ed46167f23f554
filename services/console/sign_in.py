"""Signing in, giving a code again, and signing out: sessions in the bucket `sessions`, over any restart.

What is refused here is refused here alone: the phone of whoever is paged works whatever becomes of
their sign-in.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.console import Account, Session, SignIns
from services.console import passwords
from services.console.core import sessions
from services.console.core.sessions import Limits
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.editing import edit, edit_or_create
from services.runtime.follow import ValueTable
from services.runtime.log import Unavailable
from services.runtime.sealing import SealError, Seals

_log = structlog.get_logger()
_AT_ONCE = 2
"""Passwords looked at at once: each takes 64 MiB and a processor, which those who page need."""


@dataclass(frozen=True)
class Signed:
    """Somebody who is signed in."""

    key: str
    """Of the session, in the bucket."""
    account: Account
    session: Session


@dataclass(frozen=True)
class Refused:
    """A sign-in, or a code, that was not taken: in words for whoever tried."""

    says: str


class SignIn:
    """Keeps sessions. Raises Unavailable when NATS gives no answer."""

    def __init__(
        self,
        accounts: ValueTable[Account],
        kept: tuple[KeyValue, KeyValue],
        seals: Seals,
        clock: Clock,
        limits: Limits,
    ) -> None:
        """`kept`: the buckets `sessions` and `sign_ins`."""
        self._accounts = accounts
        self._sessions, self._sign_ins = kept
        self._seals = seals
        self._clock = clock
        self._limits = limits
        self._looking = asyncio.Semaphore(_AT_ONCE)
        self._locks: dict[str, asyncio.Lock] = {}

    async def begin(self, name: str, password: str, code: str, source: str) -> tuple[str, Signed] | Refused:
        """Sign in; returns the secret of the session, which is kept nowhere, and who it is."""
        now = self._clock.now()
        account = self._accounts.values.get(name)
        refused = await self._counted(name, source, now)
        if refused is not None:
            return refused
        async with self._looking:
            stored = account.password if account else None
            right = await asyncio.to_thread(passwords.fits, password, stored)
        if account is None or account.disabled_at is not None or not right:
            _log.warning("sign_in_refused", reason="password")
            return Refused("Name, password or code is not right.")
        if not await self._code_taken(account, code, source):
            _log.warning("sign_in_refused", reason="code", account=account.id)
            return Refused("Name, password or code is not right. A code is taken once: wait for the next.")
        secret = secrets.token_urlsafe(32)
        session = Session(
            account=account.id,
            epoch=account.epoch,
            made_at=now,
            seen_at=now,
            stepped_up_at=now,
            csrf=secrets.token_urlsafe(24),
        )
        await asked(self._sessions.put(key_of(secret), session.model_dump_json().encode()))
        _log.info("signed_in", account=account.id)
        return secret, Signed(key_of(secret), account, session)

    async def step_up(self, signed: Signed, code: str, source: str) -> Signed | Refused:
        """Take a one-time code once more within a session."""
        now = self._clock.now()
        refused = await self._counted(signed.account.id, source, now)
        if refused is not None:
            return refused
        if not await self._code_taken(signed.account, code, source):
            return Refused("That code is not right. Each is taken once: wait for the next.")
        changed = await self._changed(signed.key, lambda one: one.model_copy(update={"stepped_up_at": now}))
        return Signed(signed.key, signed.account, changed) if changed is not None else Refused(_OVER)

    async def of(self, secret: str, *, used: bool = True) -> Signed | None:
        """Return who the session of that secret is; None when there is none, or it is over.

        `used`: somebody did something; a page that only stays open keeps no session alive.
        """
        if not secret:
            return None
        key, now = key_of(secret), self._clock.now()
        entry = await asked(self._sessions.get(key))
        if entry is None or not entry.value:
            return None
        try:
            session = Session.model_validate_json(entry.value)
        except ValidationError:
            return None
        account = self._accounts.values.get(session.account)
        if account is None or sessions.is_over(session, account, now, self._limits):
            return None
        if used and sessions.must_note(session, now):
            session = await self._changed(key, lambda one: one.model_copy(update={"seen_at": now})) or session
        return Signed(key, account, session)

    async def end(self, signed: Signed) -> None:
        """Sign out."""
        now = self._clock.now()
        await self._changed(signed.key, lambda one: one.model_copy(update={"ended_at": now}))

    async def _changed(self, key: str, change: Callable[[Session], Session]) -> Session | None:
        return await edit(self._sessions, key, Session, change)

    async def _counted(self, name: str, source: str, now: datetime) -> Refused | None:
        """Count a try before it is looked at: tries that come together get no guess for nothing.

        Only names that exist are kept; for the others the address is held back all the same.
        """
        if name not in self._accounts.values:
            return None
        async with self._locks.setdefault(name, asyncio.Lock()):
            before = await self._tries(name)
            until = sessions.refused_until(before, source, now)
            if until is not None:
                minutes = max(1, round((until - now).total_seconds() / 60))
                return Refused(
                    f"Too many tries. Sign in again in {minutes} minutes. Your phone works as always: "
                    "answer pages by text or call."
                )
            await edit_or_create(
                self._sign_ins,
                name,
                sessions.noted(SignIns(account=name), source, now),
                lambda one: sessions.noted(one, source, now),
            )
            return None

    async def _tries(self, name: str) -> SignIns:
        entry = await asked(self._sign_ins.get(name))
        return SignIns.model_validate_json(entry.value) if entry and entry.value else SignIns(account=name)

    async def _code_taken(self, account: Account, code: str, source: str) -> bool:
        """Take the code if it is right and was not taken before, whichever copy it is given to."""
        try:
            secret = self._seals.unseal(account.totp)
        except SealError:
            _log.error("code_secret_unreadable", account=account.id)
            return False
        entry = await asked(self._sign_ins.get(account.id))
        if entry is None or not entry.value:
            return False
        before = SignIns.model_validate_json(entry.value)
        step = passwords.step_of(code, secret, sessions.steps(self._clock.now()), before.last_step)
        if step is None:
            return False
        after = sessions.taken(before, source, step).model_dump_json().encode()
        if not await written(self._sign_ins.update(account.id, after, last=entry.revision)):
            raise Unavailable("somebody else signs in under this name at the same moment")
        return True


_OVER = "Your session is over. Sign in again."


def key_of(secret: str) -> str:
    """Return under what a session is kept: who reads the bucket can't take it over."""
    return hashlib.sha256(secret.encode()).hexdigest()[:40]


def source_of(address: str) -> str:
    """Return what stands for an address in the list of refused sign-ins."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]

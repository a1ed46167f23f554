"""Texts to the ops phones: Twilio's REST API over plain HTTP.

It shares nothing with what pages responders: not its client, not the SDK, not its connections.
"""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog

_log = structlog.get_logger()
_TWILIO = "https://api.twilio.com"
_PAUSES = (1.0, 2.0)
"""Real seconds before the second and third try to reach one phone."""


@dataclass(frozen=True)
class Account:
    """A carrier account, and our number that texts ops; `base_url` is empty for the real carrier."""

    sid: str
    token: str
    sender: str
    api_key: str = ""
    api_secret: str = ""
    base_url: str = ""
    timeout: float = 5.0
    """Real seconds for one request."""


class OpsSms:
    """Texts all ops phones; a lost answer is tried again, because a duplicate beats silence."""

    def __init__(self, account: Account, phones: Sequence[str], pauses: Sequence[float] = _PAUSES) -> None:
        self._account = account
        self._phones = tuple(phones)
        self._pauses = tuple(pauses)

    async def send(self, text: str) -> bool:
        """Text every phone at once; return whether the carrier took it for at least one of them."""
        if not self._phones:
            _log.error("ops_not_told", reason="VIGIL_OPS_PHONES is empty")
            return False
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._account.timeout)
        ) as session:
            taken = await asyncio.gather(*(self._to_one(session, phone, text) for phone in self._phones))
        return any(taken)

    async def _to_one(self, session: aiohttp.ClientSession, phone: str, text: str) -> bool:
        for pause in (*self._pauses, None):
            status = await self._post(session, phone, text)
            if status is not None and status < 300:
                return True
            # What was refused for its content or the account is refused again.
            if pause is None or (status is not None and status < 500 and status != 429):
                _log.error("ops_text_failed", status=status or 0)
                return False
            await asyncio.sleep(pause)
        return False

    async def _post(self, session: aiohttp.ClientSession, phone: str, text: str) -> int | None:
        account = self._account
        user = f"{account.api_key or account.sid}:{account.api_secret or account.token}"
        try:
            async with session.post(
                f"{account.base_url.rstrip('/') or _TWILIO}/2010-04-01/Accounts/{account.sid}/Messages.json",
                data={"To": phone, "From": account.sender, "Body": text},
                headers={"Authorization": "Basic " + base64.b64encode(user.encode()).decode()},
            ) as reply:
                return reply.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None

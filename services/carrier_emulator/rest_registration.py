"""Whether our numbers are registered to send texts: pools, brands, campaigns, toll-free verifications.

These live on another host of the real carrier, messaging.twilio.com; only their paths count here.
"""

from aiohttp import web

from services.carrier_emulator.errors import RestError
from services.carrier_emulator.numbers import MessagingService, Numbers
from services.carrier_emulator.rest_numbers import number_sid


class RegistrationResource:
    """Handlers for /v1/Services, /v1/a2p and /v1/Tollfree; read only."""

    def __init__(self, *, account_sid: str, numbers: Numbers) -> None:
        self._account_sid = account_sid
        self._numbers = numbers

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v1/Services", self.services),
            web.get("/v1/Services/{sid}/PhoneNumbers", self.pool),
            web.get("/v1/Services/{sid}/Compliance/Usa2p", self.campaigns),
            web.get("/v1/a2p/BrandRegistrations", self.brands),
            web.get("/v1/Tollfree/Verifications", self.verifications),
        ]

    async def services(self, request: web.Request) -> web.Response:
        """Show the pools of senders."""
        rows: list[dict[str, object]] = [
            {"sid": one.sid, "account_sid": self._account_sid, "use_inbound_webhook_on_number": True}
            for one in self._numbers.services.values()
        ]
        return _listed("services", request, rows)

    async def pool(self, request: web.Request) -> web.Response:
        """Show the numbers of a pool."""
        pool = self._find(request)
        rows: list[dict[str, object]] = [
            {"sid": number_sid(number), "phone_number": number, "service_sid": pool.sid}
            for number in pool.senders
        ]
        return _listed("phone_numbers", request, rows)

    async def campaigns(self, request: web.Request) -> web.Response:
        """Show the campaign of a pool, if it has one."""
        pool = self._find(request)
        rows: list[dict[str, object]] = []
        if pool.campaign:
            rows.append({"messaging_service_sid": pool.sid, "campaign_status": pool.campaign})
        return _listed("compliance", request, rows)

    async def brands(self, request: web.Request) -> web.Response:
        """Show the registered brand, if there is one."""
        brand = self._numbers.brand
        rows: list[dict[str, object]] = [{"account_sid": self._account_sid, "status": brand}] if brand else []
        return _listed("data", request, rows)

    async def verifications(self, request: web.Request) -> web.Response:
        """Show toll-free verifications, of one number if it is named by its sid."""
        wanted = request.query.get("TollfreePhoneNumberSid", "")
        rows: list[dict[str, object]] = [
            {"tollfree_phone_number_sid": number_sid(number), "status": status}
            for number, status in self._numbers.tollfree.items()
            if wanted in ("", number_sid(number))
        ]
        return _listed("verifications", request, rows)

    def _find(self, request: web.Request) -> MessagingService:
        found = self._numbers.services.get(request.match_info["sid"])
        if found is None:
            raise RestError(20404, request.path)
        return found


def _listed(key: str, request: web.Request, rows: list[dict[str, object]]) -> web.Response:
    meta = {"key": key, "page": 0, "page_size": 50, "url": str(request.url), "next_page_url": None}
    return web.json_response({key: rows, "meta": meta})

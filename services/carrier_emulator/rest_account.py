"""The Account resource, for health checks, and number lookups."""

from aiohttp import web

from services.carrier_emulator.directory import Directory


class AccountResource:
    """Handlers for the account itself, and /v2/PhoneNumbers."""

    def __init__(self, *, account_sid: str, phones: Directory) -> None:
        self._account_sid = account_sid
        self._phones = phones

    def routes(self, account: str) -> list[web.RouteDef]:
        """Return the routes; lookups live on another host of the real carrier."""
        return [
            web.get(f"{account}.json", self.fetch),
            web.get("/v2/PhoneNumbers/{number}", self.look_up),
        ]

    async def fetch(self, request: web.Request) -> web.Response:
        """Show the account."""
        return web.json_response(
            {
                "sid": self._account_sid,
                "owner_account_sid": self._account_sid,
                "friendly_name": "emulated account",
                "status": "active",
                "type": "Full",
                "date_created": None,
                "date_updated": None,
                "uri": request.path,
                "subresource_uris": {},
            }
        )

    async def look_up(self, request: web.Request) -> web.Response:
        """Show what kind of line a number is."""
        number = request.match_info["number"]
        line = self._phones.phone(number).profile.line_type
        return web.json_response(
            {
                "phone_number": number,
                "valid": True,
                "country_code": "US",
                "line_type_intelligence": {"type": line, "error_code": None},
            }
        )

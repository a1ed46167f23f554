"""The files of a text on the REST API: list, fetch, delete. Only what is known of them, not their bytes."""

from aiohttp import web

from services.carrier_emulator import pages
from services.carrier_emulator.errors import RestError
from services.carrier_emulator.identifiers import rfc2822
from services.carrier_emulator.messages import Message
from services.carrier_emulator.sms import Sms


class MediaResource:
    """Handlers for /2010-04-01/Accounts/{account}/Messages/{message}/Media."""

    def __init__(self, *, sms: Sms) -> None:
        self._sms = sms

    def routes(self, account: str) -> list[web.RouteDef]:
        """Return the routes below an account's path."""
        media = f"{account}/Messages/{{message}}/Media"
        return [
            web.get(f"{media}.json", self.list),
            web.get(f"{media}/{{sid}}.json", self.fetch),
            web.delete(f"{media}/{{sid}}.json", self.delete),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """Show the files of a text."""
        message = self._message(request)
        rows = [_as_json(message, sid) for sid in message.media]
        return web.json_response(pages.page("media_list", request.path, request.query, rows))

    async def fetch(self, request: web.Request) -> web.Response:
        """Show one file."""
        message = self._message(request)
        return web.json_response(_as_json(message, self._sid(request, message)))

    async def delete(self, request: web.Request) -> web.Response:
        """Forget one file."""
        message = self._message(request)
        del message.media[self._sid(request, message)]
        return web.Response(status=204)

    def _message(self, request: web.Request) -> Message:
        message = self._sms.messages.get(request.match_info["message"])
        if message is None:
            raise RestError(20404, request.path)
        return message

    def _sid(self, request: web.Request, message: Message) -> str:
        sid = request.match_info["sid"]
        if sid not in message.media:
            raise RestError(20404, request.path)
        return sid


def _as_json(message: Message, sid: str) -> dict[str, object]:
    return {
        "account_sid": message.account_sid,
        "content_type": "image/jpeg",
        "date_created": rfc2822(message.created),
        "date_updated": rfc2822(message.updated),
        "parent_sid": message.sid,
        "sid": sid,
        "uri": f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{sid}.json",
    }

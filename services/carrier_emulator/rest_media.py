"""The files of a text on the REST API: list, look at, delete, and download.

A download takes credentials at the API, which redirects to a store where the URL itself lets in.
"""

from aiohttp import web

from services.carrier_emulator import attachments, pages
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
            web.get(f"{media}/{{sid}}", self.download),
            web.get(f"{attachments.STORE}/{{message}}/{{sid}}", self.stored),
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

    async def download(self, request: web.Request) -> web.Response:
        """Redirect to where the file lies."""
        message = self._message(request)
        where = attachments.store_path(message, self._sid(request, message))
        return web.Response(status=307, headers={"Location": f"{request.scheme}://{request.host}{where}"})

    async def stored(self, request: web.Request) -> web.Response:
        """Return the file itself to whoever has its signed URL."""
        message = self._sms.messages.get(request.match_info["message"])
        sid = request.match_info["sid"]
        if message is None or sid not in message.media:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        if request.query.get("Signature") != attachments.signature(message, sid):
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        file = message.media[sid]
        return web.Response(body=file.content, headers={"Content-Type": file.content_type})

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
        "content_type": message.media[sid].content_type,
        "date_created": rfc2822(message.created),
        "date_updated": rfc2822(message.updated),
        "parent_sid": message.sid,
        "sid": sid,
        "uri": f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{sid}.json",
    }

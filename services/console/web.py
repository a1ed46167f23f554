"""What every page needs: who is signed in, what they may, and forms that are theirs."""

import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import jinja2
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.console.core import rights
from services.console.core.rights import Action, Grant
from services.console.settings import ConsoleSettings
from services.console.sign_in import Signed, SignIn, source_of
from services.runtime.clock import Clock

HERE = Path(__file__).parent
_MOST_BYTES = 64 * 1024


class NotSigned(Exception):
    """Nobody is signed in, or the session is over."""


class Forbidden(Exception):
    """The role may not do it; the text says what."""


class NeedsCode(Exception):
    """A one-time code must be given first."""


class BadForm(Exception):
    """The form is not one of ours, or says nothing that can be done; the text is for whoever sent it."""


class NotThere(Exception):
    """There is no such thing."""


class Web:
    """Reads requests and writes pages."""

    def __init__(self, sign_in: SignIn, settings: ConsoleSettings, clock: Clock) -> None:
        self.sign_in = sign_in
        self.clock = clock
        self._settings = settings
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; by TLS it is bound to this very host."""
        return "__Host-vigil" if self._settings.is_https else "vigil"

    async def signed(self, request: Request) -> Signed:
        """Return who is signed in. Raises NotSigned, Unavailable."""
        signed = await self.sign_in.of(request.cookies.get(self.cookie, ""))
        if signed is None:
            raise NotSigned
        return signed

    def grant(self, signed: Signed, action: Action) -> Grant:
        """Return what the table says for them now."""
        return rights.grant(signed.account.role, action, signed.session.stepped_up_at, self.clock.now())

    def need(self, signed: Signed, action: Action) -> None:
        """Raise Forbidden or NeedsCode unless they may."""
        match self.grant(signed, action):
            case Grant.YES:
                return
            case Grant.STEP_UP:
                raise NeedsCode
            case Grant.NO:
                raise Forbidden(f"As {signed.account.role.value} you may not do this.")

    async def form(self, request: Request, signed: Signed | None) -> FormData:
        """Return what a form says. Raises BadForm unless it is one of ours, for this session."""
        if not self._is_ours(request):
            raise BadForm("This form was not sent from a page of Vigil.")
        if not 0 <= int(request.headers.get("content-length", "-1")) <= _MOST_BYTES:
            raise BadForm("This is too long, or does not say how long it is.")
        form = await request.form(max_files=0, max_fields=50)
        wanted = signed.session.csrf if signed is not None else request.cookies.get(_BEFORE, "")
        if not wanted or not hmac.compare_digest(field(form, "csrf"), wanted):
            raise BadForm("This form is too old. Go back, load the page again, and send it once more.")
        return form

    def page(
        self, request: Request, template: str, signed: Signed | None, status: int = 200, **said: object
    ) -> HTMLResponse:
        """Return a page."""
        return HTMLResponse(self.html(template, **self._about(request, signed), **said), status)

    def html(self, template: str, **said: object) -> str:
        """Return a piece of a page."""
        return self._templates.get_template(template).render(**said)

    def macro(self, template: str, name: str, *said: object) -> str:
        """Return what a macro of a template makes."""
        return str(getattr(self._templates.get_template(template).module, name)(*said))

    def _about(self, request: Request, signed: Signed | None) -> dict[str, object]:
        account = signed.account if signed is not None else None
        sees = [] if account is None else [a for a in Action if rights.TABLE[a][account.role] is not Grant.NO]
        return {
            "account": account,
            "csrf": signed.session.csrf if signed is not None else "",
            "now": self.clock.now().isoformat(),
            "path": request.url.path,
            "may": {action.value: True for action in sees},
        }

    def _is_ours(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin", "")
        if site not in ("same-origin", "none"):
            return False
        ours = {request.headers.get("host", ""), urlsplit(self._settings.console_url).netloc}
        return not origin or urlsplit(origin).netloc in ours - {""}

    # -- before anybody is signed in --------------------------------------------------------

    def sign_in_page(
        self, request: Request, onward: str, says: str = "", status: int = 200, name: str = ""
    ) -> Response:
        """Return the page to sign in on; its form carries what its cookie does."""
        token = request.cookies.get(_BEFORE, "") or secrets.token_urlsafe(24)
        answer = self.page(
            request, "sign_in.html", None, status, says=says, onward=onward, token=token, name=name
        )
        self._set(answer, _BEFORE, token)
        return answer

    def opened(self, secret: str, onward: str) -> Response:
        """Return the answer that begins a session."""
        answer = RedirectResponse(onward, 303)
        self._set(answer, self.cookie, secret)
        answer.delete_cookie(_BEFORE, path="/")
        return answer

    def closed(self) -> Response:
        """Return the answer that ends one."""
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(self.cookie, path="/", secure=self._settings.is_https)
        return answer

    def _set(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(
            name, value, path="/", httponly=True, samesite="lax", secure=self._settings.is_https
        )


_BEFORE = "vigil_before"


def field(form: FormData | Mapping[str, object], name: str) -> str:
    """Return a field of a form as text; "" when it isn't there."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def onward(path: str) -> str:
    """Return a path of this site to go on to, or ""; never an address elsewhere."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if plain and path.isprintable() else ""


def wants_json(request: Request) -> bool:
    """Return whether our own script asks, and not a browser that goes to a page."""
    return request.headers.get("x-vigil") == "1"


def to_sign_in(request: Request) -> Response:
    """Return the way to sign in, and back."""
    if wants_json(request):
        return JSONResponse({"says": "You are signed out. Sign in again; nothing was sent."}, 401)
    back = request.url.path if request.method == "GET" else ""
    return RedirectResponse(f"/sign-in?onward={quote(back)}" if back not in ("", "/") else "/sign-in", 303)


def to_step_up(request: Request) -> Response:
    """Return the way to give a code, and back."""
    if wants_json(request):
        return JSONResponse({"says": "Give a one-time code first.", "code": True}, 403)
    path = request.url.path
    back = path if request.method == "GET" else path.rpartition("/")[0]
    return RedirectResponse(f"/step-up?onward={quote(back)}", 303)


def address(request: Request) -> str:
    """Return what stands for where a request comes from."""
    return source_of(request.client.host if request.client else "")

"""One escalation: the holder's view, what is pressed there, and why somebody else reads it."""

import secrets
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from contracts.console import Pressed
from contracts.replies import TALK, Key
from contracts.values import Disposition, Urgency
from services.console import streams, web
from services.console.core import rights
from services.console.core.rights import Action, Grant
from services.console.live import Hub, Live
from services.console.presses import Presses
from services.console.sign_in import Refused, Signed
from services.console.viewing import Reasons, View, Viewing
from services.console.web import BadForm, Forbidden, NotSigned, Web
from services.runtime.sealing import Seals

_LEFT, _RIGHT = ("head", "actions", "patient", "why"), ("talk", "reply", "course")
_REPLY = "reply"
"""The box that is written in: it stays as it is while everything around it changes."""
_PRESSED = frozenset(
    {
        *(Key.TAKE, Key.PASS, Key.REACHED, Key.DISPOSE, Key.CALL, Key.SIGN, Key.CONFIRM, Key.UNDO),
        *(Key.GIVE, Key.ASSIST, Key.SNOOZE),
        *(Key.TALK_SAY, Key.TALK_SAFE, Key.TALK_WHERE, Key.TALK_NOTE, Key.TALK_911, Key.TALK_LEAVE),
    }
)
"""What can be pressed here; the other keys of a text are for phones."""
_MOST_WORDS = 1000
_LEAST_REASON = 4


def routes(
    web_: Web, viewing: Viewing, presses: Presses, reasons: Reasons, seals: Seals, hub: Hub, live: Live
) -> APIRouter:
    """Return the routes of one escalation."""
    router = APIRouter()

    def parts(view: View, signed: Signed) -> dict[str, dict[str, str]]:
        csrf = signed.session.csrf

        def made(names: tuple[str, ...]) -> dict[str, str]:
            return {
                name: web_.macro("_escalation.html", name, view, csrf) for name in names if name != _REPLY
            }

        return {"left": made(_LEFT), "right": made(_RIGHT)}

    @router.get("/e/{code}")
    async def show(request: Request, code: str) -> Response:
        """Show it; with JavaScript it changes by itself."""
        signed = await web_.signed(request)
        web_.need(signed, Action.SEE_ESCALATION)
        view = await viewing.of(signed, code)
        done = request.query_params.get("done", "")
        made = parts(view, signed)
        return web_.page(
            request, "escalation.html", signed, view=view, parts=made, new_id=_new_id(), done=done
        )

    @router.get("/e/{code}/parts")
    async def again(request: Request, code: str) -> Response:
        """Return what the page holds now."""
        signed = await web_.sign_in.of(request.cookies.get(web_.cookie, ""), used=False)
        if signed is None:
            raise NotSigned
        web_.need(signed, Action.SEE_ESCALATION)
        view = await viewing.of(signed, code)
        right = tuple(name for name in _RIGHT if name != _REPLY or view.writes)
        return JSONResponse({"order": {"left": _LEFT, "right": right}, "lines": parts(view, signed)})

    @router.get("/e/{code}/live")
    async def stream(request: Request, code: str) -> Response:
        """Say when it changed."""
        web_.need(await web_.signed(request), Action.SEE_ESCALATION)
        secret, subject = request.cookies.get(web_.cookie, ""), viewing.find(code).subject

        async def still() -> bool:
            return await web_.sign_in.of(secret, used=False) is not None

        return streams.changes(hub, live, subject, still)

    @router.post("/e/{code}/read")
    async def read(request: Request, code: str) -> Response:
        """Take the reason for which somebody reads of a patient who is not theirs."""
        signed = await web_.signed(request)
        form = await web_.form(request, signed)
        if web_.grant(signed, Action.READ_ANY) is Grant.NO:
            raise Forbidden(f"As {signed.account.role.value} you read only of patients you hold.")
        why = " ".join(web.field(form, "why").split())[:200]
        if len(why) < _LEAST_REASON:
            raise BadForm("Say in a few words what for. It goes on record.")
        one = viewing.find(code)
        reasons.say(signed.key, one.brief.run, why, web_.clock.now())
        return RedirectResponse(f"/e/{one.brief.code}", 303)

    @router.post("/e/{code}/press")
    async def press(request: Request, code: str) -> Response:
        """Store what was pressed; only then is it answered. The same form sent again is one press."""
        signed = await web_.signed(request)
        form = await web_.form(request, signed)
        one = viewing.find(code)
        key = _key(form)
        if one.brief.run != web.field(form, "run"):
            raise BadForm(f"{code} is closed by now, and nothing was sent. What is open stands on your page.")
        web_.need(signed, Action.TALK if key in TALK else Action.PRESS)
        closes = key in (Key.DISPOSE, Key.SIGN) and one.brief.urgency is Urgency.IMMINENT and not one.is_fault
        if closes and web_.grant(signed, Action.CLOSE_IMMINENT) is Grant.STEP_UP:
            signed = await _code_given(request, signed, web.field(form, "code"))
        person = signed.account.person
        if person is None:
            raise Forbidden("Your account belongs to no responder.")
        now = web_.clock.now()
        pressed = Pressed(
            id=_id(form),
            at=now,
            responder=person,
            account=signed.account.id,
            subject=one.subject,
            run=one.brief.run,
            code=one.brief.code,
            key=key,
            told=_number(web.field(form, "told"), one.brief.evidence),
            stepped_up=closes and rights.stepped_up(Action.CLOSE_IMMINENT, signed.session.stepped_up_at, now),
            **await _more(key, form, one.subject),
        )
        await presses.publish(pressed)
        if web.wants_json(request):
            return JSONResponse({"noted": True, "next": _new_id()})
        return RedirectResponse(f"/e/{one.brief.code}?done={key.value}", 303)

    async def _code_given(request: Request, signed: Signed, code: str) -> Signed:
        if not code:
            raise BadForm("Closing this wants a one-time code. Nothing was sent.")
        found = await web_.sign_in.step_up(signed, code, web.address(request))
        if isinstance(found, Refused):
            raise BadForm(f"{found.says} Nothing was sent.")
        return found

    async def _more(key: Key, form: FormData, subject: str) -> dict[str, Any]:
        match key:
            case Key.DISPOSE:
                try:
                    return {"disposition": Disposition(web.field(form, "disposition"))}
                except ValueError:
                    raise BadForm("Choose how it ended.") from None
            case Key.GIVE:
                return {"asked": web.field(form, "person") or None}
            case Key.SNOOZE:
                return {"minutes": _number(web.field(form, "minutes"), 24 * 60)}
            case Key.CONFIRM | Key.TALK_SAY | Key.TALK_NOTE:
                words = web.field(form, "words")
                if not words or len(words) > _MOST_WORDS:
                    raise BadForm(f"Write something, of at most {_MOST_WORDS} characters.")
                own = await seals.for_patient(subject.removeprefix("escalations."))
                return {"words": own.seal(words)}
            case _:
                return {}

    return router


def _key(form: FormData) -> Key:
    try:
        key = Key(web.field(form, "key"))
    except ValueError:
        raise BadForm("This form says nothing to do.") from None
    if key not in _PRESSED:
        raise BadForm("This can only be done by text.")
    return key


def _id(form: FormData) -> str:
    name = web.field(form, "id")
    if not name.isalnum() or not 16 <= len(name) <= 64:
        raise BadForm("This form is not one of Vigil's.")
    return name


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isdecimal() and len(text) < 9 else 0


def _new_id() -> str:
    return secrets.token_hex(16)

"""People at the console of a `World`: accounts, and a browser that is only HTTP."""

import functools
import re
from collections.abc import Mapping

import aiohttp

from contracts.console import Account, Role
from services.console import passwords
from services.console.core import sessions
from tests.support.world import SPINE, World

PASSWORD = "a password of the tests"
SERVICES = (*SPINE, "console")
SETTINGS = {"VIGIL_CONSOLE_PORT": "0"}
PEOPLE = {
    "ana": (Role.CLINICIAN, "ana"),
    "ben": (Role.CLINICIAN, "ben"),
    "cal": (Role.SUPERVISOR, "cal"),
    "ops": (Role.OPS, "ops"),
    "audit": (Role.AUDITOR, None),
    "admin": (Role.ADMINISTRATOR, None),
}
_hashed = functools.cache(passwords.hashed)
_secret = functools.cache(lambda name: passwords.new_secret())


async def set_up_accounts(world: World) -> None:
    """Give everybody of the test programme an account."""
    bucket = await world.admin.jetstream().key_value("accounts")
    for name, (role, person) in PEOPLE.items():
        account = Account(
            id=name,
            person=person,
            role=role,
            password=_hashed(PASSWORD),
            totp=world.seals.seal(_secret(name)),
            made_at=world.clock.now(),
            made_by="test",
        )
        await bucket.put(name, account.model_dump_json().encode())
    await world.settle()


def url(world: World) -> str:
    """Return where the console listens."""
    return str(world.vigil.running["console"].url)  # type: ignore[attr-defined]


async def code(world: World, name: str) -> str:
    """Return a one-time code of theirs that was not taken yet; time passes until there is one."""
    await world.later(seconds=sessions.STEP_SECONDS)
    return passwords.code_at(_secret(name), sessions.steps(world.clock.now())[0])


class Desk:
    """Somebody at a browser without JavaScript: cookies, pages, and forms as the page wrote them."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.status = 0
        self.html = ""
        self.path = ""

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str) -> str:
        """Open a page."""
        async with self.http.get(url(self.world) + path) as answer:
            return await self._took(answer)

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> str:
        """Send a form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.post(url(self.world) + path, data=fields, headers=named) as answer:
            return await self._took(answer)

    async def sign_in(self, password: str = PASSWORD, one_time: str = "") -> str:
        """Sign in."""
        await self.get("/sign-in")
        fields = {
            **self.form("/sign-in"),
            "name": self.name,
            "password": password,
            "code": one_time or await code(self.world, self.name),
        }
        return await self.post("/sign-in", fields)

    def form(self, action: str, key: str = "") -> dict[str, str]:
        """Return the hidden fields of a form on the page, as they were written there."""
        for form in re.findall(r"<form.*?</form>", self.html, re.DOTALL):
            hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
            if f'action="{action}"' in form and hidden.get("key", "") == key:
                return hidden
        raise AssertionError(f"no form {action} {key} on {self.path}: {self.html[:2000]}")

    async def press(self, escalation: str, key: str, **fields: str) -> str:
        """Load the page of an escalation and press a button on it."""
        await self.get(f"/e/{escalation}")
        words = key.startswith("talk_")
        form = self.form(f"/e/{escalation}/press", "" if words else key)
        return await self.post(f"/e/{escalation}/press", {**form, "key": key, **fields})

    async def _took(self, answer: aiohttp.ClientResponse) -> str:
        self.status, self.path = answer.status, answer.url.path
        self.html = await answer.text()
        return self.html

"""`vigil account`: who may sign in to the console. The phone of whoever is paged needs no account."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.console import Account, Role, SignIns
from contracts.people import Person
from services.command_line import demo
from services.command_line.link import Link, linked, me
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told, Trouble, unknown
from services.console import passwords
from services.console.core import sessions
from services.runtime.buckets import asked, written
from services.runtime.editing import edit

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Who may sign in to the console: add, list, reset, disable."
)
Name = Annotated[str, typer.Argument(help="The name they sign in with.", show_default=False)]
_SYLLABLES = (
    "ba be bo da de do fa fe fo ga ge go ka ke ko la le lo ma me mo na ne no ra re ro sa se so".split()
)
_COLUMNS = ("name", "role", "responder", "made", "by", "now")


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they do; gives their rights.", show_default=False)],
    person: Annotated[str, typer.Option(help="Id of the responder they are; none: never paged.")] = "",
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password; else one is made up.")] = False,
) -> None:
    """Add an account; prints its password, and the secret for an authenticator, this once."""
    asyncio.run(_add(name, role, person, _password(ask)))


@app.command("list")
def list_accounts() -> None:
    """List all accounts."""
    asyncio.run(_list())


@app.command()
def reset(
    name: Name,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password; else one is made up.")] = False,
) -> None:
    """Give an account a new password and secret; its sessions end, refused sign-ins are forgotten."""
    asyncio.run(_reset(name, _password(ask)))


@app.command()
def disable(name: Name) -> None:
    """Let an account sign in no more; its sessions end at once."""
    asyncio.run(_switch(name, on=False))


@app.command()
def enable(name: Name) -> None:
    """Let a disabled account sign in again."""
    asyncio.run(_switch(name, on=True))


@app.command()
def code(name: Name) -> None:
    """Print the present one-time code of an account of the demo, which has no authenticator."""
    asyncio.run(_code(name))


def _password(ask: bool) -> str:
    if not ask:
        return made_up()
    typed = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    if len(typed) < passwords.LEAST:
        raise Trouble(f"a password has at least {passwords.LEAST} characters")
    return typed


def made_up() -> str:
    """Return a password that can be typed on a phone: 4 x 3 syllables, about 58 bits."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))


def account_of(
    link: Link, name: str, role: Role, person: str, password: str, secret: str, now: datetime
) -> Account:
    """Return a new account. Raises Trouble for a name that can't be one."""
    try:
        return Account(
            id=name.lower(),
            person=person or None,
            role=role,
            password=passwords.hashed(password),
            totp=link.seals().seal(secret),
            made_at=now,
            made_by=me(),
        )
    except ValidationError:
        raise Trouble(f"{name!r} can't be a name: letters, digits, - and _ only") from None


async def _add(name: str, role: Role, person: str, password: str) -> None:
    async with linked() as link:
        if person:
            people = await link.values("people", Person)
            if person not in people:
                raise unknown("responder", person, people)
        secret = passwords.new_secret()
        account = account_of(link, name, role, person, password, secret, link.clock.now())
        bucket = await link.bucket("accounts")
        if not await written(bucket.create(account.id, account.model_dump_json().encode())):
            raise Trouble(f"there is an account {account.id!r} already; `vigil account reset {account.id}`")
    _tell(account.id, password, secret)


async def _list() -> None:
    async with linked() as link:
        found = await link.values("accounts", Account)
    rows = [
        (
            one.id,
            one.role.value,
            one.person or "-",
            local(one.made_at),
            one.made_by,
            "disabled" if one.disabled_at else "may sign in",
        )
        for one in found.values()
    ]
    show(table("Accounts of the console", _COLUMNS, rows, "There is none; `vigil account add`."))


async def _reset(name: str, password: str) -> None:
    async with linked() as link:
        secret, now = passwords.new_secret(), link.clock.now()
        fresh = {
            "password": passwords.hashed(password),
            "totp": link.seals().seal(secret),
            "made_at": now,
            "made_by": me(),
        }
        await _edited(link, name, lambda one: one.model_copy(update={**fresh, "epoch": one.epoch + 1}))
        tries = await link.bucket("sign_ins")
        await asked(tries.put(name, SignIns(account=name).model_dump_json().encode()))
    _tell(name, password, secret)


async def _switch(name: str, *, on: bool) -> None:
    async with linked() as link:
        changed: dict[str, object] = {"disabled_at": None, "disabled_by": ""}
        if not on:
            changed = {"disabled_at": link.clock.now(), "disabled_by": me()}
        await _edited(link, name, lambda one: one.model_copy(update={**changed, "epoch": one.epoch + 1}))
    typer.echo(
        f"{name} may sign in again." if on else f"{name} can't sign in any more; the phone works as before."
    )


async def _code(name: str) -> None:
    async with linked() as link:
        if demo.read(link.settings.var) is None:
            raise Trouble("only accounts of the demo; everybody else has an authenticator")
        account = (await link.values("accounts", Account)).get(name)
        if account is None:
            raise Trouble(f"there is no account {name!r}; `vigil account list`")
        bucket: KeyValue = await link.bucket("sign_ins")
        entry = await asked(bucket.get(name))
        last = SignIns.model_validate_json(entry.value).last_step if entry and entry.value else 0
        # One that was taken already is taken no more: a clock that differs a little may show the next.
        steps = sorted(sessions.steps(link.clock.now()))
        step = next((one for one in steps[1:] if one > last), steps[-1])
        typer.echo(passwords.code_at(link.seals().unseal(account.totp), step))


async def _edited(link: Link, name: str, change: Callable[[Account], Account]) -> None:
    if await edit(await link.bucket("accounts"), name, Account, change) is None:
        raise Trouble(f"there is no account {name!r}; `vigil account list`")


def _tell(name: str, password: str, secret: str) -> None:
    typer.echo(f"Account {name}. Give this to them, and keep no copy:")
    typer.echo(f"  password       {password}")
    typer.echo(f"  authenticator  {secret}")
    typer.echo(f"  or as a link   {passwords.uri_of(name, secret)}")

"""Mistakes of users and of their set-up, told in a sentence: what is wrong, where, what to do."""

from collections.abc import Callable, Iterable
from typing import Any

import nats.errors
import nats.js.errors
import typer
from typer.core import TyperGroup

from services.programme import ProgrammeError
from services.programme.fields import did_you_mean
from services.runtime.log import Unavailable
from services.runtime.nats_setup import ServerError
from services.runtime.provision import ProvisionError
from services.runtime.sealing import SealError
from services.runtime.site_keys import WrongKey

_MOST_NAMES = 20
"""More names than so many are not listed to whoever mistyped one."""


class Trouble(Exception):
    """Something the person at the terminal must mend; the text says what is wrong and what to do."""


def unknown(what: str, name: str, known: Iterable[str], see: str = "") -> Trouble:
    """Return the trouble that nothing of that name exists: the nearest name, or all if they are few.

    `see` is the command that lists them when they are many.
    """
    names = list(known)
    near = did_you_mean(name, names)
    listed = f"there are {', '.join(names) or 'none'}"
    if len(names) > _MOST_NAMES:
        listed = f"see `{see}`" if see else f"there are {len(names)} others"
    if near:
        return Trouble(f"there is no {what} {name!r}{near} {listed[0].upper()}{listed[1:]}")
    return Trouble(f"there is no {what} {name!r}; {listed}")


class Told(TyperGroup):
    """A group of commands in which every expected failure ends as a sentence and exit status 1."""

    def invoke(self, ctx: Any) -> Any:  # typer keeps its own copy of click, whose types have no public name
        """Run the command that was asked for."""
        return telling(lambda: super(Told, self).invoke(ctx))


def telling(work: Callable[[], object]) -> object:
    """Do it; what can be expected to go wrong is written to stderr and exits with status 1."""
    try:
        return work()
    except SystemExit as error:
        if not isinstance(error.code, str):
            raise
        said = error.code
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (Trouble, ProgrammeError, ProvisionError, ServerError, SealError, WrongKey) as error:
        said = str(error)
    except (nats.js.errors.NoStreamResponseError, nats.js.errors.NotFoundError) as error:
        what = getattr(error, "description", None) or "a stream or bucket"
        said = f"NATS lacks what this needs ({what}); run `vigil provision`"
    except (Unavailable, nats.errors.Error, TimeoutError) as error:
        why = str(error) or type(error).__name__
        said = f"NATS gave no answer ({why}); is it up and provisioned? See `vigil doctor`"
    typer.echo(f"vigil: {said}", err=True)
    raise typer.Exit(1)

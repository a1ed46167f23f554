"""Mistakes of users and of their set-up, told in a sentence: what is wrong, where, what to do."""

from collections.abc import Callable
from typing import Any

import nats.errors
import nats.js.errors
import typer
from typer.core import TyperGroup

from services.programme import ProgrammeError
from services.runtime.log import Unavailable
from services.runtime.nats_setup import ServerError
from services.runtime.provision import ProvisionError
from services.runtime.sealing import SealError


class Trouble(Exception):
    """Something the person at the terminal must mend; the text says what is wrong and what to do."""


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
    except (Trouble, ProgrammeError, ProvisionError, ServerError, SealError) as error:
        said = str(error)
    except (nats.js.errors.NoStreamResponseError, nats.js.errors.NotFoundError) as error:
        what = getattr(error, "description", None) or "a stream or bucket"
        said = f"NATS lacks what this needs ({what}); run `vigil provision`"
    except (Unavailable, nats.errors.Error, TimeoutError) as error:
        why = str(error) or type(error).__name__
        said = f"NATS gave no answer ({why}); is it up and provisioned? See `vigil doctor`"
    typer.echo(f"vigil: {said}", err=True)
    raise typer.Exit(1)

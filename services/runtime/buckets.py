"""Asking and writing KV buckets, with the three outcomes that matter: it is so, it isn't, nobody knows."""

from collections.abc import Awaitable
from typing import TypeVar

import nats.errors
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError

from services.runtime.log import Unavailable

T = TypeVar("T")


async def asked(request: Awaitable[T]) -> T | None:
    """Return the entry, or None when there is no such key; raises Unavailable."""
    try:
        return await request
    except KeyNotFoundError:
        return None
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"bucket: {type(error).__name__}") from error


async def written(request: Awaitable[int]) -> bool:
    """Return whether it was written; False when somebody else wrote first. Raises Unavailable."""
    try:
        await request
    except KeyWrongLastSequenceError:
        return False
    except APIError as error:
        raise Unavailable(f"bucket: {error.err_code} {error.description}") from error
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"bucket: {type(error).__name__}") from error
    return True

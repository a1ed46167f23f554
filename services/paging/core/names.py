"""Whom a typed name means."""

import unicodedata
from collections.abc import Mapping


def resolve(typed: str, names: Mapping[str, str]) -> str | None:
    """Return the id of the one responder meant; None when it is nobody, or more than one.

    `names` maps the ids of those who can be paged to what colleagues call them. Their id, their
    whole name or its first word is enough; case, accents and spacing do not matter.
    """
    wanted = _plain(typed)
    meant = {who for who, name in names.items() if wanted and wanted in _calls(who, name)}
    return meant.pop() if len(meant) == 1 else None


def _calls(who: str, name: str) -> tuple[str, ...]:
    plain = _plain(name)
    return (_plain(who), plain, plain.split(" ", 1)[0])


def _plain(text: str) -> str:
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())

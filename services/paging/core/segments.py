"""How many parts a text takes over the air, and how to keep it to one.

GSM 03.38 (3GPP TS 23.038): 160 characters in one part, 153 in each of several; characters of the
extension table count twice. One character outside makes every character take two bytes: 70 and 67.
"""

import unicodedata

SINGLE = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")


def gsm7_segments(text: str) -> int:
    """Return how many parts the text is sent in; an empty one takes one."""
    if is_gsm7(text):
        return _parts(sum(_width(char) for char in text), SINGLE, 153)
    return _parts(len(text.encode("utf-16-be")) // 2, 70, 67)


def is_gsm7(text: str) -> bool:
    """Tell whether every character is in the GSM-7 alphabet or its extension."""
    return all(char in _BASIC or char in _EXTENSION for char in text)


def one_segment(text: str) -> str:
    """Return the text in plain GSM-7, cut to what one part holds.

    Letters outside the alphabet lose their accents; what has no plain letter becomes `?`.
    """
    return "".join(_plain(char) for char in text)[:SINGLE].rstrip()


def short(name: str, most: int = 20) -> str:
    """Return a colleague's name as a text can carry it."""
    plain = " ".join("".join(_plain(char) for char in name).split())
    return plain[:most].rstrip() or "A colleague"


def _plain(char: str) -> str:
    if char in _BASIC:
        return char
    if char in _EXTENSION:
        return "?"
    bare = unicodedata.normalize("NFKD", char)
    return "".join(c for c in bare if c in _BASIC) or ("" if unicodedata.combining(char) else "?")


def _width(char: str) -> int:
    return 2 if char in _EXTENSION else 1


def _parts(length: int, single: int, part: int) -> int:
    return 1 if length <= single else -(-length // part)

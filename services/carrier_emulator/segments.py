"""How many SMS parts a body takes: GSM-7 where every character allows it, else UCS-2."""

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€\f")
_SUBSTITUTES = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2022": "*",
    }
)


def smart(body: str) -> str:
    """Replace typographic characters by their GSM-7 look-alikes, as SmartEncoded does."""
    return body.translate(_SUBSTITUTES)


def is_gsm7(body: str) -> bool:
    """Tell whether every character fits the GSM-7 alphabet and its extension."""
    return all(char in _BASIC or char in _EXTENDED for char in body)


def count(body: str) -> int:
    """Return the number of parts; even an empty body takes one."""
    return len(split(body))


def split(body: str) -> tuple[str, ...]:
    """Return the body cut into the parts that go over the air."""
    gsm7 = is_gsm7(body)
    single, part = (160, 153) if gsm7 else (70, 67)
    widths = [_width(char, gsm7) for char in body]
    if sum(widths) <= single:
        return (body,)
    parts: list[str] = []
    start, used = 0, 0
    for index, width in enumerate(widths):
        if used + width > part:
            parts.append(body[start:index])
            start, used = index, 0
        used += width
    return (*parts, body[start:])


def _width(char: str, gsm7: bool) -> int:
    if gsm7:
        return 2 if char in _EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1

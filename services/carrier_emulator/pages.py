"""Lists of resources, a page at a time, in the carrier's envelope."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

_DEFAULT_SIZE = 50
_LARGEST_SIZE = 1000


def page(
    key: str, path: str, query: Mapping[str, str], rows: Sequence[dict[str, object]]
) -> dict[str, object]:
    """Return the page of rows that the query asks for."""
    size = min(max(_number(query, "PageSize", _DEFAULT_SIZE), 1), _LARGEST_SIZE)
    index = _number(query, "Page", 0)
    start = index * size
    shown = list(rows[start : start + size])
    more = start + size < len(rows)

    def uri(number: int) -> str:
        wanted = {name: value for name, value in query.items() if name != "PageToken"}
        return f"{path}?{urlencode({**wanted, 'PageSize': size, 'Page': number})}"

    return {
        key: shown,
        "end": start + len(shown) - 1 if shown else 0,
        "first_page_uri": uri(0),
        "next_page_uri": uri(index + 1) if more else None,
        "page": index,
        "page_size": size,
        "previous_page_uri": uri(index - 1) if index > 0 else None,
        "start": start,
        "uri": uri(index),
    }


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    return int(value) if value.isdecimal() else default

"""The geographic parameters of inbound webhooks, mostly blank as they are in life."""


def places(*sides: str) -> dict[str, str]:
    """Return City, State, Zip and Country for each side, such as From and To."""
    return {
        f"{side}{what}": "US" if what == "Country" else ""
        for side in sides
        for what in ("City", "State", "Zip", "Country")
    }

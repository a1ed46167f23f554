"""Which phone refuses texts from which sender, by the carrier's own key words."""

from typing import Literal

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

Wish = Literal["STOP", "START", "HELP"]

REPLIES: dict[Wish, str] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages "
        "from this number. Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. "
        "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def wish(body: str) -> Wish | None:
    """Return what a text asks for when the whole of it is a key word."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in START_WORDS:
        return "START"
    return "HELP" if word in HELP_WORDS else None


class OptOuts:
    """Pairs of phone and sender (a number, or the service that pools it) that are blocked."""

    def __init__(self) -> None:
        self._blocked: set[tuple[str, str]] = set()

    def block(self, phone: str, sender: str) -> bool:
        """Block the pair; False if it was blocked already."""
        new = (phone, sender) not in self._blocked
        self._blocked.add((phone, sender))
        return new

    def unblock(self, phone: str, sender: str) -> bool:
        """Unblock the pair; False if it was not blocked."""
        old = (phone, sender) in self._blocked
        self._blocked.discard((phone, sender))
        return old

    def is_blocked(self, phone: str, sender: str) -> bool:
        """Tell whether the phone refuses texts from the sender."""
        return (phone, sender) in self._blocked

    def clear(self) -> None:
        """Forget every opt-out."""
        self._blocked.clear()

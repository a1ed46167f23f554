"""Pictures and other files that phones send, and where the carrier keeps them."""

import hashlib

from services.carrier_emulator.messages import Attachment, Message

STORE = "/media-store"
"""Where files lie, as on the hosts behind the API: the URL itself lets in, without credentials."""


def attachment(sent: Attachment | str) -> Attachment:
    """Return a file; words stand for a picture that shows them."""
    if isinstance(sent, Attachment):
        return sent
    return Attachment(b"\xff\xd8\xff\xe0" + sent.encode())


def api_path(message: Message, media: str) -> str:
    """Return the path of a file in the API, which wants credentials and redirects to the store."""
    return f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{media}"


def store_path(message: Message, media: str) -> str:
    """Return where a file lies in the store, signed."""
    return f"{STORE}/{message.sid}/{media}?Signature={signature(message, media)}"


def signature(message: Message, media: str) -> str:
    """Return what lets in to a file in the store."""
    return hashlib.sha256(f"{message.account_sid}:{message.sid}:{media}".encode()).hexdigest()[:32]

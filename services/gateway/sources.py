"""Which programme system a request comes from: its bearer token tells."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from services.gateway.core.cloud_events import Unfit

_FIX = "send `Authorization: Bearer <token>` with the token that VIGIL_SOURCE_TOKENS has for your system"


class Sources:
    """The systems that may report, each with a token of its own."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = {source: token.encode() for source, token in tokens.items()}

    def of(self, request: Request) -> str:
        """Return the source whose token the request carries; raises Unfit."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip().encode() if scheme.lower() == "bearer" else b""
        found = ""
        # Every token is compared, so that the time taken tells nothing.
        for source, known in self._tokens.items():
            if hmac.compare_digest(known, given):
                found = source
        if not found:
            raise Unfit("Authorization", "carries no token that is known here", _FIX, 401)
        return found

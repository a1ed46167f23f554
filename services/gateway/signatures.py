"""Whether a webhook is the carrier's: its signature over our public URL and every parameter.

The URL is the one the carrier was given, never what Host or a forwarding header claims. Blank and
unknown parameters are signed too, so the whole form counts.
"""

from collections.abc import Mapping, Sequence

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"

Form = ImmutableMultiDict[str, str]
"""A form as it was sent: names may repeat, values may be blank."""


class Signatures:
    """Validates with every auth token that may be in use."""

    def __init__(self, public_url: str, tokens: Sequence[str]) -> None:
        self._public_url = public_url
        self._validators = [RequestValidator(token) for token in tokens]

    def hold(self, path_and_query: str, form: Form | Mapping[str, str] | str, signature: str) -> bool:
        """Return whether the carrier signed this request; anything unusual is a no."""
        url = self._public_url + path_and_query
        return any(_holds(validator, url, form, signature) for validator in self._validators)


def _holds(
    validator: RequestValidator, url: str, form: Form | Mapping[str, str] | str, signature: str
) -> bool:
    try:
        return bool(signature) and bool(validator.validate(url, form, signature))
    except (TypeError, ValueError):
        # The SDK trips over a body without its hash in the URL, and over a malformed port.
        return False

"""Makes the HTTP request of a webhook: form, headers and signature, as the carrier makes them."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

from services.carrier_emulator.faults import Fault


@dataclass(frozen=True, slots=True)
class Webhook:
    """What is to be told to a URL, about which sid, and for what purpose."""

    url: str
    params: dict[str, str]
    subject: str
    purpose: str
    method: str = "POST"

    @property
    def status(self) -> str:
        """Return the status the webhook tells of, or an empty text."""
        return self.params.get("MessageStatus", self.params.get("CallStatus", ""))


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A webhook ready to go over the wire; retries and replays send it unchanged."""

    webhook: Webhook
    url: str
    headers: dict[str, str]
    token: str


def sign(auth_token: str, url: str, params: dict[str, str]) -> str:
    """Return the value of X-Twilio-Signature for a form posted to this URL."""
    signature: str = RequestValidator(auth_token).compute_signature(url, params)
    return signature


def build(
    webhook: Webhook, url: str, auth_token: str, token: str, shapes: tuple[Fault, ...] = ()
) -> SignedRequest:
    """Sign a webhook, bent by whatever shape faults strike it."""
    for fault in shapes:
        webhook, url = _bend(fault, webhook, url)
    if webhook.method == "GET" and webhook.params:
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(webhook.params)}"
    signed = {} if webhook.method == "GET" else webhook.params
    headers = {
        "X-Twilio-Signature": sign(auth_token, url, signed),
        "I-Twilio-Idempotency-Token": token,
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
    }
    if webhook.method != "GET":
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    for fault in shapes:
        headers = _bend_headers(fault, headers, auth_token, url, signed)
    return SignedRequest(webhook, url, headers, token)


def _bend(fault: Fault, webhook: Webhook, url: str) -> tuple[Webhook, str]:
    params = dict(webhook.params)
    match fault.kind:
        case "unknown_status":
            odd = fault.text("status", "partially_delivered")
            for name in ("MessageStatus", "SmsStatus", "CallStatus"):
                if name in params:
                    params[name] = odd
        case "blank_param":
            params[fault.text("name", "Price")] = ""
        case "extra_param":
            params[fault.text("name", "NewThing")] = fault.text("value", "surprise")
        case "plain_http":
            url = url.replace("https://", "http://", 1)
    return replace(webhook, params=params), url


def _bend_headers(
    fault: Fault, headers: dict[str, str], auth_token: str, url: str, signed: dict[str, str]
) -> dict[str, str]:
    match fault.kind:
        case "bad_signature":
            return {**headers, "X-Twilio-Signature": sign(f"not-{auth_token}", url, signed)}
        case "wrong_port_in_signature":
            parts = urlsplit(url)
            wrong = parts._replace(netloc=f"{parts.hostname}:{(parts.port or 80) + 1}")
            return {**headers, "X-Twilio-Signature": sign(auth_token, urlunsplit(wrong), signed)}
        case "lower_case_header":
            return {name.lower(): value for name, value in headers.items()}
    return headers

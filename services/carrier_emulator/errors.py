"""The carrier's REST errors: a code, an HTTP status and its usual sentence."""

from aiohttp import web

_TEXTS = {
    20001: "Unsupported parameter value",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource {what} was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21201: "No 'To' number is specified",
    21205: "Url is not valid: {what}",
    21210: "The source phone number provided, {what}, is not yet verified for your account",
    21211: "Invalid 'To' Phone Number: {what}",
    21212: "Invalid 'From' Number: {what}",
    21213: "No 'From' number is specified",
    21220: "Call is not in-progress. Cannot redirect.",
    21408: "Permission to send an SMS or place a call has not been enabled for {what}",
    21602: "Message body is required",
    21502: "Url is not valid: {what}",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number {what} is not a valid message-capable phone number",
    21609: "Invalid 'StatusCallback' URL: {what}",
    21610: "Attempt to send to unsubscribed recipient {what}",
    21611: "This 'From' number {what} has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number {what} is not currently reachable via SMS",
    21614: "'To' number {what} is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21635: "'To' number {what} cannot be a landline",
    21661: "The 'From' number {what} is not SMS-capable",
    21701: "The Messaging Service {what} does not exist",
    22005: "Too many calls are queued for this account",
    30409: "Message {what} is not in a state that can be changed",
    35111: "SendAt time must be an ISO 8601 time with ScheduleType 'fixed' and a service",
    90007: "ValidityPeriod {what} is not within 1 and 36000",
}
_STATUSES = {20003: 401, 20004: 405, 20404: 404, 20429: 429, 20500: 500}


class RestError(Exception):
    """A refusal of a REST request, to be answered as the carrier answers it."""

    def __init__(self, code: int, what: str = "", status: int | None = None) -> None:
        text = _TEXTS.get(code, "The request was refused")
        self.code = code
        self.message = text.format(what=what)
        self.status = status if status is not None else _STATUSES.get(code, 400)
        super().__init__(self.message)

    def body(self) -> dict[str, object]:
        """Return the JSON object of the reply."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }

    def response(self) -> web.Response:
        """Return the reply itself."""
        headers = {"Retry-After": "1"} if self.status == 429 else None
        return web.json_response(self.body(), status=self.status, headers=headers)

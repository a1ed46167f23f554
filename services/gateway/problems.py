"""Refusals as JSON: the field, what is wrong with it, what to do. Nothing sent is quoted."""

from starlette.responses import JSONResponse

from services.gateway.core.cloud_events import Unfit


def answer(problem: Unfit) -> JSONResponse:
    """Return the response for a request that can't be accepted."""
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    if problem.status == 503:
        headers["Retry-After"] = "5"
    body = {"error": problem.wrong, "field": problem.field, "fix": problem.fix}
    return JSONResponse(body, status_code=problem.status, headers=headers)


def unavailable() -> Unfit:
    """Return the refusal while NATS can't take a fact."""
    return Unfit("service", "cannot record anything at present", "send it again in a few seconds", 503)

"""What is answered: an OperationOutcome, or a Bundle that says of each entry what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import JSONResponse

from services.gateway.core.cloud_events import Unfit
from services.gateway.fhir.issues import Issue, Refused, note

TYPE = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one resource: the status, what its sender is told, and the versions recorded."""

    status: int
    issues: tuple[Issue, ...]
    version: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether it was taken up, or there was nothing to take up."""
        return self.status < 400


def outcome(issues: Sequence[Issue], below: str = "") -> dict[str, object]:
    """Return an OperationOutcome; `below` is the place of the resource that the issues are about."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [_issue(one, below) for one in issues] or [_issue(note("recorded"), "")],
    }


def answer(status: int, issues: Sequence[Issue], version: str = "") -> JSONResponse:
    """Return the response about one resource."""
    headers = {"ETag": f'W/"{version}"'} if version else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "5"
    return JSONResponse(outcome(issues), status, headers, TYPE)


def bundle(kind: str, answers: Sequence[Answered]) -> JSONResponse:
    """Return the response about a bundle: of each entry its own status and outcome."""
    found = {
        "resourceType": "Bundle",
        "type": "transaction-response" if kind == "transaction" else "batch-response",
        "entry": [
            {
                "response": {
                    "status": f"{one.status} {HTTPStatus(one.status).phrase}",
                    **({"etag": f'W/"{one.version}"'} if one.version else {}),
                    "outcome": outcome(one.issues),
                }
            }
            for one in answers
        ],
    }
    return JSONResponse(found, 200, None, TYPE)


def failed(answers: Sequence[Answered], places: Sequence[str]) -> JSONResponse:
    """Return the response about a transaction of which some entries failed; the others are recorded."""
    issues = [
        _issue(one, place)
        for each, place in zip(answers, places, strict=True)
        if not each.is_fine
        for one in each.issues
    ]
    fine = sum(each.is_fine for each in answers)
    says = f"the other {fine} entries are recorded; send the transaction again once these are mended: "
    issues.append(_issue(note(says + "what was recorded is not recorded twice"), ""))
    status = next(each.status for each in answers if not each.is_fine)
    return JSONResponse({"resourceType": "OperationOutcome", "issue": issues}, status, None, TYPE)


def of_unfit(problem: Unfit) -> JSONResponse:
    """Return the response for a request that is refused before a resource is read."""
    code = {401: "security", 403: "security", 413: "too-long", 503: "transient"}
    kind = code.get(problem.status, "invalid")
    says = f"{problem.field} {problem.wrong}; {problem.fix}"
    issue = Issue("error", kind, says)  # type: ignore[arg-type]  # one of the codes above
    return answer(problem.status, (issue,))


def of_refused(problem: Refused) -> JSONResponse:
    """Return the response for a resource that is refused."""
    return answer(problem.status, problem.issues)


def _issue(one: Issue, below: str) -> dict[str, object]:
    where = one.where
    if below:
        # Bundle.entry[3].resource and Observation.code are together Bundle.entry[3].resource.code.
        where = f"{below}.{where.partition('.')[2]}".rstrip(".") if where else below
    return {
        "severity": one.severity,
        "code": one.code,
        "diagnostics": one.says,
        **({"expression": [where]} if where else {}),
    }

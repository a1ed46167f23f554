"""Rows of escalations and faults: one for each run, from its events. Pure.

Times are measured from `since`: when the run became as urgent as it is now. A rise begins everything anew,
as the escalation itself does: what was taken and reached before was less than it is.
"""

from collections.abc import Iterator

from contracts.commits import Commit
from services.books.changes import Change, change
from services.ledger.core.reading import Said, given, moment, number, part, reference, word, words


def rows(subject: str, commit: Commit, brief: Said, due: str) -> Iterator[Change]:
    """Return what a commit of `escalations.<patient>` or `faults.<area>` changes."""
    run = word(brief, "run") or next((name for one in commit.events if (name := word(one, "run"))), None)
    if run is None:
        return
    key = {"run": run}
    # The end of one run and the beginning of the next never share a commit, and the brief is the last's.
    yield change(
        "runs",
        key,
        last={
            **given(status=word(brief, "status"), holder=word(brief, "holder"), round=number(brief, "round")),
            **({} if word(brief, "holder") else {"holder": None}),
            "due": moment({"due": due}, "due"),
        },
        first=given(
            subject=subject,
            patient=None if subject.startswith("faults.") else subject.partition(".")[2],
            area=subject.partition(".")[2] if subject.startswith("faults.") else None,
            code=word(brief, "code"),
        ),
    )
    for event in commit.events:
        yield from _of(run, event, commit)


def _of(run: str, event: Said, commit: Commit) -> Iterator[Change]:
    key, at = {"run": run}, moment(event, "at") or commit.at
    match word(event, "type"):
        case "opened":
            yield _opened(run, event)
            yield _signal(run, part(event, "signal"), event)
        case "signal_joined":
            yield change("runs", key, signals=1)
            yield _signal(run, part(event, "signal"), event)
        case "urgency_raised":
            begins = moment(event, "starts_at") or at
            anew = dict.fromkeys(("taken_at", "taken_by", "reached_at", "reached_by", "contact_by"))
            raised = {"peak": word(event, "urgency"), "since": at, "paging_from": begins}
            yield change("runs", key, last={**raised, **anew, "policy": word(part(event, "policy"), "id")})
        case "page_requested":
            flags = given(drill=bool(event.get("drill")), test=bool(event.get("test")))
            yield change("runs", key, last=flags, pages=1)
        case "held":
            taken = given(
                taken_at=at, taken_by=word(event, "responder"), contact_by=moment(event, "contact_by")
            )
            yield change("runs", key, first=taken)
        case "reached" | "hand_off_confirmed":
            yield change("runs", key, first=given(reached_at=at, reached_by=word(event, "responder")))
        case "resolved":
            ended = {
                "resolved_at": at,
                "resolved_by": word(event, "responder"),
                "second": word(event, "second"),
                "disposition": word(event, "disposition"),
                "ended_at": at,
                "ended_how": "resolved",
            }
            yield change("runs", key, last=ended)
        case "withdrawn" | "merged" as how:
            yield change("runs", key, last={"ended_at": at, "ended_how": how})
        case "undone":
            reached = word(event, "what") == "reached"
            names = ("reached_at", "reached_by") if reached else (
                "resolved_at", "resolved_by", "second", "disposition", "ended_at", "ended_how"
            )  # fmt: skip
            yield change("runs", key, last=dict.fromkeys(names))
        case "page_ended" if word(event, "outcome") == "declined":
            yield change("runs", key, declined=1)
        case "page_ended":
            yield change("runs", key, exhausted=1)
        case "step_skipped":
            yield change("runs", key, skipped=1)
        case "contact_overdue":
            yield change("runs", key, first={"first_overdue_at": at}, overdue=1)
        case "given_back":
            yield change("runs", key, given_back=1)
        case "hand_off_started":
            yield change("runs", key, hand_offs=1)
        case "help_called":
            yield change("runs", key, helps=1)
        case "drill_ended":
            yield change(
                "drills",
                key,
                last={
                    "schedule": word(event, "schedule"),
                    "why": word(event, "why"),
                    "responder": word(event, "responder"),
                    "seconds": number(event, "seconds"),
                    "at": at,
                },
            )
        case _nothing_counted:
            return


def _opened(run: str, event: Said) -> Change:
    signal, at = part(event, "signal"), moment(event, "at")
    tags = (*words(event, "tags"), *words(signal, "tags"))
    cells = given(
        code=word(event, "code"),
        kind=word(signal, "kind"),
        urgency=word(signal, "urgency"),
        peak=word(signal, "urgency"),
        policy=word(part(event, "policy"), "id"),
        source=word(signal, "source"),
        site=next((tag.removeprefix("site:") for tag in tags if tag.startswith("site:")), None),
        occurred_at=moment(signal, "occurred_at"),
        received_at=moment(signal, "received_at"),
        opened_at=at,
        since=at,
        paging_from=moment(event, "starts_at"),
        drill="drill" in tags and word(signal, "kind") == "system_fault",
        test="test" in tags and word(signal, "kind") == "system_fault",
    )
    return change("runs", {"run": run}, last=cells, signals=1)


def _signal(run: str, signal: Said, event: Said) -> Change:
    cells = given(
        kind=word(signal, "kind"), urgency=word(signal, "urgency"), source=word(signal, "source"),
        at=moment(event, "at"),
    )  # fmt: skip
    return change("run_signals", {"run": run, "signal": reference(signal, "id")}, last=cells)

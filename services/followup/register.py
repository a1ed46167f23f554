"""Every follow-up at a glance: the briefs in the headers of the stream. It also feeds the deadlines."""

from collections.abc import Iterable

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.followups import FollowupBrief, TaskBrief
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Stored


class Register:
    """The open tasks of everybody."""

    def __init__(self, nc: Client, index: DueIndex) -> None:
        self._index = index
        self._tasks: dict[str, tuple[TaskBrief, ...]] = {}
        self.follower = Follower(nc, "FOLLOWUPS", self._learn, headers_only=True, label="followup")

    def tasks(self) -> Iterable[TaskBrief]:
        """Return all open tasks there are."""
        for tasks in self._tasks.values():
            yield from tasks

    def _learn(self, stored: Stored) -> None:
        self._index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        try:
            brief = FollowupBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        if brief.tasks:
            self._tasks[stored.subject] = brief.tasks
        else:
            self._tasks.pop(stored.subject, None)

"""What is out to whom: the briefs of all pages, held in memory as a view of the log's headers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from contracts.commits import BRIEF
from contracts.pages import PageBrief, PageStatus
from services.runtime.log import Stored

KEPT = timedelta(days=90)
"""Pages that are no longer out stay findable as long as the log has them: a holder may answer late."""


class Briefs:
    """Briefs by responder and page; an older commit never overwrites a newer one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._by_responder: dict[str, dict[str, tuple[int, PageBrief]]] = {}
        self._calls: dict[str, set[str]] = {}
        self.on_change: Callable[[str, PageBrief, bool], None] = lambda *_: None
        """Called with subject, brief, and whether this copy made the commit."""

    def learn(self, stored: Stored) -> None:
        """Take over a stored commit's brief."""
        raw = stored.headers.get(BRIEF)
        _, responder, page = stored.subject.split(".")
        known = self._by_responder.get(responder, {}).get(page)
        if raw and (known is None or known[0] < stored.sequence):
            # What this copy committed is known by now: reading it again would be half the work here.
            self.put(stored.subject, stored.sequence, PageBrief.model_validate_json(raw), own=False)

    def put(self, subject: str, sequence: int, brief: PageBrief, *, own: bool) -> None:
        """Take over the brief of a commit."""
        pages = self._by_responder.setdefault(brief.responder, {})
        known = pages.get(brief.page)
        if known is not None and known[0] >= sequence:
            if own and known[0] == sequence:
                # The follower may see our own commit before its acknowledgement reaches us.
                self.on_change(subject, brief, True)
            return
        old = known[1] if known is not None else None
        self._track_call(subject, old, brief)
        if _is_over(brief) and brief.asked_at < self._now() - KEPT:
            pages.pop(brief.page, None)
        else:
            pages[brief.page] = (sequence, brief)
            if brief.status is PageStatus.SUPERSEDED:
                _forget_earlier(pages, brief)
        self.on_change(subject, brief, own)

    def of(self, responder: str) -> tuple[PageBrief, ...]:
        """Return all briefs of a responder, oldest first; those long closed are forgotten."""
        pages = self._by_responder.get(responder, {})
        floor = self._now() - KEPT
        old = [name for name, (_, b) in pages.items() if b.asked_at < floor and _is_over(b)]
        for name in old:
            del pages[name]
        return tuple(sorted((brief for _, brief in pages.values()), key=lambda brief: brief.asked_at))

    def get(self, responder: str, page: str) -> PageBrief | None:
        """Return one brief, or None."""
        found = self._by_responder.get(responder, {}).get(page)
        return found[1] if found else None

    def calling(self, phone_ref: str) -> bool:
        """Return whether a call of ours to that phone is in flight."""
        return bool(self._calls.get(phone_ref))

    def all_waiting(self) -> Iterable[tuple[str, PageBrief]]:
        """Return subject and brief of every page with an attempt that waits for its turn."""
        for responder, pages in self._by_responder.items():
            for page, (_, brief) in pages.items():
                if brief.waiting:
                    yield f"pages.{responder}.{page}", brief

    def _track_call(self, subject: str, old: PageBrief | None, new: PageBrief) -> None:
        if old is not None and old.calling and old.calling != new.calling:
            calls = self._calls.get(old.calling, set())
            calls.discard(subject)
            if not calls:
                self._calls.pop(old.calling, None)
        if new.calling:
            self._calls.setdefault(new.calling, set()).add(subject)


def _forget_earlier(pages: dict[str, tuple[int, PageBrief]], superseded: PageBrief) -> None:
    """A run that nobody takes pages for ever: of what was superseded, the latest is enough."""
    earlier = [
        name
        for name, (_, brief) in pages.items()
        if brief.run == superseded.run
        and brief.status is PageStatus.SUPERSEDED
        and brief.asked_at < superseded.asked_at
        and _is_over(brief)
    ]
    for name in earlier:
        del pages[name]


def _is_over(brief: PageBrief) -> bool:
    """Whether nothing of it is under way: a call that was forgotten while it rings blocks its phone."""
    return brief.status is not PageStatus.OUT and not brief.waiting and not brief.calling

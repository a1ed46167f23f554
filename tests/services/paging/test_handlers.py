"""One commit asks for several people: what is wrong with one of them keeps no other unpaged."""

from collections.abc import Callable
from datetime import datetime

import pytest

from contracts.commits import KINDS, Commit
from contracts.pages import PageEvent
from services.paging.core.state import Page
from services.paging.handlers import Handlers
from services.runtime.aggregates import Committed
from services.runtime.consume import Message
from tests.services.paging.desk import START, notice, request


class Pages:
    """Pages of which one can't be decided on."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def decide(
        self,
        subject: str,
        _cause: str,
        decide: Callable[[Page, datetime], tuple[PageEvent, ...]],
        *,
        seems_new: bool = False,
    ) -> Committed[Page, PageEvent]:
        if subject.startswith("pages.kim."):
            raise RuntimeError("something about kim")
        page = Page.empty(subject)
        self.asked.append(subject)
        return Committed(page, decide(page, START), 1)


async def test_the_next_one_is_paged_although_the_first_cannot_be() -> None:
    pages = Pages()
    handlers = Handlers(
        pages,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        lambda responder, page: 0,
    )
    asked = (request(), request(responder="lee", page="p2"))
    commit = Commit(
        at=START, cause="c", version=1, events=tuple(one.model_dump(mode="json") for one in asked), state={}
    )
    headers = {KINDS: "page_requested"}
    message = Message("escalations.pat1", 1, commit.model_dump_json().encode(), headers)

    with pytest.raises(RuntimeError):
        await handlers.on_escalation(message)
    assert pages.asked == ["pages.lee.p2"]


async def test_a_notice_of_the_roster_becomes_a_page_of_its_own() -> None:
    pages = Pages()
    handlers = Handlers(
        pages,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        lambda responder, page: 0,
    )
    asked = notice(responder="lee")

    await handlers.on_notice(Message("notices.lee", 1, asked.model_dump_json().encode(), {}))

    assert pages.asked == ["pages.lee.n1"]

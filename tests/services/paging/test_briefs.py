"""What is out to whom, seen over weeks."""

from datetime import datetime, timedelta

from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.values import Kind, Urgency
from services.paging.briefs import KEPT, Briefs
from tests.services.paging.desk import START

PHONE = "h1-" + "0" * 32


def brief(status: PageStatus, calling: str) -> PageBrief:
    return PageBrief(
        page="p1",
        responder="kim",
        run="r1",
        code="K7",
        purpose=Purpose.PAGE,
        status=status,
        urgency=Urgency.URGENT,
        kind=Kind.PATIENT_ALERT,
        asked_at=START,
        calling=calling,
    )


def test_a_call_about_a_page_of_weeks_ago_blocks_its_phone_only_while_it_rings() -> None:
    now: list[datetime] = [START + KEPT + timedelta(hours=1)]
    briefs = Briefs(lambda: now[0])
    briefs.put("pages.kim.p1", 1, brief(PageStatus.OUT, PHONE), own=True)
    briefs.put("pages.kim.p1", 2, brief(PageStatus.WITHDRAWN, PHONE), own=True)
    briefs.of("kim")
    assert briefs.calling(PHONE)
    briefs.put("pages.kim.p1", 3, brief(PageStatus.WITHDRAWN, ""), own=True)
    assert not briefs.calling(PHONE)


def test_a_run_that_pages_for_ever_leaves_two_briefs_behind() -> None:
    """Ten rounds: the page that is out, and the one before it."""
    briefs = Briefs(lambda: START)
    for number in range(1, 11):
        page = brief(PageStatus.OUT, "").model_copy(
            update={"page": f"p{number}", "asked_at": START + timedelta(minutes=number)}
        )
        briefs.put(f"pages.kim.p{number}", number * 10, page, own=True)
        if number > 1:
            before = page.model_copy(
                update={
                    "page": f"p{number - 1}",
                    "asked_at": START + timedelta(minutes=number - 1),
                    "status": PageStatus.SUPERSEDED,
                }
            )
            briefs.put(f"pages.kim.p{number - 1}", number * 10 + 1, before, own=True)

    assert [one.page for one in briefs.of("kim")] == ["p9", "p10"]

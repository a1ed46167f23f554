"""A button in the console is the same answer as a text, and says nothing of any phone."""

from contracts.pages import PageAcknowledged, PageDeclined, PageStatus
from contracts.replies import Key, Reply
from contracts.values import Urgency
from services.paging.core import inputs
from services.roster.core import receipts
from tests.services.paging.desk import Desk, request


def press(key: Key, evidence: int = 1) -> inputs.Replied:
    return inputs.Replied(Reply(key, "K7"), "press-1", evidence, desk=True)


def test_it_takes_the_page_and_calls_are_ended_as_by_a_text() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(1)

    assert desk.hear(press(Key.TAKE)) == ["page_acknowledged", "page_closed", "answer_heard"]
    taken = desk.log[-3]
    assert isinstance(taken, PageAcknowledged)
    assert (taken.desk, taken.evidence) == (True, 1)
    assert desk.page.status is PageStatus.ACKNOWLEDGED
    assert desk.hear(press(Key.TAKE)) == []


def test_it_teaches_nothing_of_a_phone_and_a_text_does() -> None:
    desk = Desk(request())
    desk.send(1)
    desk.hear(press(Key.PASS))
    passed = next(event for event in desk.log if isinstance(event, PageDeclined))

    assert passed.desk
    assert receipts.lessons((passed,), desk.log) == ()
    assert receipts.lessons((passed.model_copy(update={"desk": False}),), desk.log) != ()

"""Who waits on the crisis line, in the order in which they should be answered."""

import json
from datetime import UTC, datetime, timedelta

from contracts.conversations import ConversationBrief, TextReceived
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Kind, Sealed, Urgency
from services.command_line.conversations import lines
from tests.support.site import Site

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


def waits(minutes: float | None, urgency: Urgency = Urgency.URGENT, **more: object) -> ConversationBrief:
    since = NOW - timedelta(minutes=minutes) if minutes is not None else None
    return ConversationBrief.model_validate(
        {"texts": 1, "open": True, "urgency": urgency, "waiting_since": since, **more}
    )


def run(
    holder: str | None = None, status: str = "held", urgency: Urgency = Urgency.URGENT
) -> EscalationBrief:
    return EscalationBrief(
        run="r-1",
        code="K7",
        status=EscalationStatus(status),
        urgency=urgency,
        kind=Kind.PATIENT_ALERT,
        holder=holder,
        opened_at=NOW,
        policy="crisis_line",
    )


def test_the_most_urgent_come_first_then_whoever_waits_longest_whoever_came_first() -> None:
    talks = {
        "first_answered": waits(None),
        "long": waits(40),
        "short": waits(2),
        "imminent": waits(1, Urgency.IMMINENT),
        "raised": waits(5),
    }
    runs = {name: run("ana") for name in talks} | {"raised": run(None, "paging", Urgency.IMMINENT)}

    shown = [line.patient for line in lines(talks.items(), runs)]

    assert shown == ["raised", "imminent", "long", "short", "first_answered"]


def test_what_is_closed_and_what_is_no_patients_is_left_out() -> None:
    talks = {"over": waits(None, open=False), "desk-ana": ConversationBrief(desk=True), "left": waits(3)}
    runs = {"over": run("ana", "closed"), "left": run("ana", "closed")}

    assert [line.patient for line in lines(talks.items(), runs)] == ["left"]
    assert [line.patient for line in lines(talks.items(), runs, every=True)] == ["left", "over"]


def test_the_command_shows_them_as_a_table_and_as_json_and_no_words(empty_site: Site) -> None:
    assert "Nobody waits." in empty_site.vigil("conversations").output
    text = TextReceived(at=NOW, sid="SM1", evidence=1, body=Sealed(key="k", box="c2VjcmV0"))
    empty_site.append("conversations.pt_a", (text,), waits(3, media=2, opted_out=True, code="K7"))

    said = empty_site.vigil("conversations").output
    (told,) = json.loads(empty_site.vigil("conversations", "--json").output)

    assert "pt_a" in said and "NOBODY" in said and "can't text: call" in said and "2 pictures" in said
    assert (told["code"], told["holder"], told["media"]) == ("K7", None, 2)
    assert "c2VjcmV0" not in said

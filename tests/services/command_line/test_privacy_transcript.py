"""The texts of both sides, as they followed each other, and what became of each."""

from typing import Any

from services.command_line.privacy_transcript import transcript


def event(minute: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "at": f"2026-11-24T08:{minute:02}:00Z"} | fields


def test_both_sides_stand_in_order_with_what_became_of_each() -> None:
    talk = transcript(
        [
            event(10, "text_received", body="i can't do this", media=1),
            event(10, "answer_waiting", answer="t1", text="Auto-reply: we got it", purpose="first"),
            event(10, "answer_accepted", answer="t1"),
            event(10, "answer_waiting", answer="t2", sealed="K7: i can't", purpose="relay", responder="kim"),
            event(11, "talk_heard", responder="kim", body="how are you now?"),
            event(11, "answer_waiting", answer="t3", sealed="how are you now?", purpose="words", by="kim"),
            event(11, "answer_delivered", answer="t3"),
            event(11, "answer_accepted", answer="t3"),
            event(12, "answer_waiting", answer="t4", sealed="are you there", purpose="words", by="kim"),
            event(12, "answer_failed", answer="t4", code="30003"),
            event(13, "call_received"),
            event(14, "opted_out"),
        ]
    )

    assert [(one["who"], one["text"], one["became"]) for one in talk] == [
        ("patient", "i can't do this", ""),
        ("Vigil, by itself (first)", "Auto-reply: we got it", "the carrier took it"),
        ("kim", "how are you now?", "delivered to the phone"),
        ("kim", "are you there", "NOT DELIVERED (30003)"),
        ("patient", "(called)", ""),
        ("patient", "(no more texts, please)", ""),
    ]
    assert talk[0]["files"] == 1

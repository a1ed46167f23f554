"""The audit's chain: whatever is changed, in the log or in the links, is found with its place."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.books import chain
from services.books.chain import Head, Link
from services.ledger.core import audit
from services.ledger.core.audit import Checked, Gone, Rules, Why
from tests.services.ledger.log import START, at

_NOW = START + timedelta(days=30)
Bodies = dict[int, tuple[str, bytes]]


def chained(count: int, stream: str = "ESCALATIONS") -> tuple[list[Link], Bodies]:
    """So many messages with their links; every third sequence is left out, as after a purge before us."""
    head, links, bodies = Head(), [], {}
    for number in range(1, count + 1):
        sequence, subject, data = number + number // 3, f"escalations.pt_{number % 2}", f"{number}".encode()
        made = chain.link(head, stream, sequence, subject, at(number), {"Vigil-Due": "x"}, data)
        links.append(made)
        bodies[sequence] = (subject, made.body)
        head = Head(made.sequence, made.chain)
    return links, bodies


def checked(links: list[Link], bodies: Bodies, rules: Rules | None = None) -> Checked:
    later: dict[str, list[tuple[int, bool]]] = {}
    for one in links:
        later.setdefault(one.subject, []).append((one.sequence, one.clears))
    made = Checked("ESCALATIONS", rules or Rules(), _NOW, later)
    made.check(links, bodies)
    return made


def places(made: Checked) -> list[tuple[int, Why]]:
    return [(one.sequence, one.why) for one in made.broken]


def test_an_untouched_log_is_whole() -> None:
    assert places(checked(*chained(20))) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.data())
def test_a_changed_message_is_found_where_it_stands(count: int, data: st.DataObject) -> None:
    links, bodies = chained(count)
    one = data.draw(st.sampled_from(links))
    bodies[one.sequence] = (one.subject, chain.body_hash(one.subject, one.sequence, {}, b"another"))

    assert places(checked(links, bodies)) == [(one.sequence, Why.CHANGED)]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.data(), st.sampled_from(["body", "subject", "at", "clears", "chain"]))
def test_a_forged_link_is_found_where_it_stands(count: int, data: st.DataObject, field: str) -> None:
    """A forged hash of the chain shows at the next link, which follows from what was there."""
    links, bodies = chained(count)
    place = data.draw(st.integers(0, count - 2))
    forged = {"body": b"x", "subject": "other", "at": at(-1), "clears": True, "chain": b"x"}[field]
    links[place] = replace(links[place], **{field: forged})  # type: ignore[arg-type]

    found = places(checked(links, bodies))
    assert (links[place].sequence, Why.FORGED) in found
    assert {sequence for sequence, _ in found} <= {links[place].sequence, links[place + 1].sequence}


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.data())
def test_a_removed_link_is_found(count: int, data: st.DataObject) -> None:
    links, bodies = chained(count)
    gone = links.pop(data.draw(st.integers(0, count - 2)))

    found = places(checked(links, bodies))
    assert (gone.sequence, Why.UNLINKED) in found
    assert any(why is Why.FORGED for _, why in found)


def test_a_chain_forged_whole_is_found_by_a_checkpoint_kept_elsewhere() -> None:
    """Somebody changes a message and makes all links anew: within, everything fits."""
    links, bodies = chained(8)
    kept = chain.read(chain.written({"ESCALATIONS": Head(links[5].sequence, links[5].chain)}))
    head = Head(links[1].sequence, links[1].chain)
    for place in range(2, 8):
        old = links[place]
        data = b"better" if place == 2 else f"{place + 1}".encode()
        made = chain.link(head, old.stream, old.sequence, old.subject, old.at, {"Vigil-Due": "x"}, data)
        links[place], bodies[old.sequence] = made, (old.subject, made.body)
        head = Head(made.sequence, made.chain)

    assert places(checked(links, bodies)) == []
    found = audit.against(kept, {(one.stream, one.sequence): one.chain for one in links})
    assert [(one.stream, one.sequence, one.why) for one in found] == [
        ("ESCALATIONS", links[5].sequence, Why.CHECKPOINT)
    ]


def test_what_may_be_gone_leaves_its_link_and_breaks_nothing() -> None:
    links, bodies = chained(6)
    for one in links[:3]:
        del bodies[one.sequence]

    aged = checked(links, bodies, Rules(max_age=timedelta(days=20)))
    purged = checked(links, bodies, Rules(purged_before=START + timedelta(days=1)))
    replaced = checked(links, bodies, Rules(history=1))

    assert (aged.broken, aged.gone) == ([], {Gone.AGED: 3})
    assert (purged.broken, purged.gone) == ([], {Gone.PURGED: 3})
    assert (replaced.broken, replaced.gone) == ([], {Gone.REPLACED: 3})


def test_what_may_not_be_gone_is_missing() -> None:
    links, bodies = chained(6)
    for one in (links[0], links[5]):
        del bodies[one.sequence]

    young = checked(links, bodies, Rules(max_age=timedelta(days=40), purged_before=START))
    newest = checked(links, bodies, Rules(history=1))

    assert [sequence for sequence, _ in places(young)] == [links[0].sequence, links[5].sequence]
    assert places(newest) == [(links[5].sequence, Why.MISSING)]
    first = audit.first(young.broken)
    assert first is not None and first.sequence == links[0].sequence


def test_headers_that_only_steer_an_append_do_not_count() -> None:
    plain = chain.body_hash("x", 1, {"Vigil-Due": "x"}, b"data")
    assert plain == chain.body_hash(
        "x", 1, {"Nats-Expected-Last-Subject-Sequence": "3", "Vigil-Due": "x"}, b"data"
    )
    assert plain != chain.body_hash("x", 1, {"Vigil-Due": "y"}, b"data")
    assert plain != chain.body_hash("x", 1, {"Vigil-Due": "xd"}, b"ata")

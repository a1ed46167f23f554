"""Policies as files: what differs between two sets of them, told as a diff."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policies import PolicySet
from services.programme.policy_text import changed_files, difference, files_of
from tests.services.programme.rosters import policy

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_changed_an_added_and_a_removed_file_are_told_apart():
    before = {"a.yaml": "order: 1\n", "b.yaml": "order: 2\n", "c.yaml": "order: 3\n"}
    after = {"a.yaml": "order: 9\n", "c.yaml": "order: 3\n", "d.yaml": "order: 4\n"}
    diff = difference(before, after, "v1", "v2")

    assert changed_files(diff) == ("a.yaml", "-b.yaml", "+d.yaml")
    assert "--- v1/a.yaml\n+++ v2/a.yaml\n" in diff
    assert "--- v1/b.yaml\n+++ (none)\n" in diff and "--- (none)\n+++ v2/d.yaml\n" in diff


def test_a_comment_alone_is_a_difference():
    assert "+order: 1 # first" in difference({"a": "order: 1\n"}, {"a": "order: 1 # first\n"}, "x", "y")


def test_a_last_line_without_an_end_does_not_run_into_the_next_file():
    diff = difference({"a": "x", "b": "y"}, {"a": "z", "b": "w"}, "v1", "v2")

    assert diff.splitlines().count("--- v1/b") == 1


def test_a_policy_that_was_never_a_file_is_written_as_it_stands():
    stored = PolicySet(
        version=1, policies=(policy(id="b", order=2), policy(id="a", order=3)),
        applied_by="kim", applied_at=AT, sources={"a": "# kept\n"}, files={"a": "first.yml"},
    )  # fmt: skip

    files = files_of(stored)
    assert list(files) == ["b.yaml", "first.yml"]
    assert files["first.yml"] == "# kept\n"
    assert files["b.yaml"].startswith("id: b\n")


texts = st.dictionaries(st.sampled_from(["a.yaml", "b.yaml", "c.yaml"]), st.text("ab\n", max_size=8))


@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_every_file_that_differs_is_named_and_no_other(before, after):
    def lines(files: dict[str, str], name: str) -> list[str] | None:
        return files[name].splitlines() if name in files else None

    named = {name.strip("+-") for name in changed_files(difference(before, after, "v1", "v2"))}

    different = {
        name for name in {*before, *after} if (lines(before, name) or []) != (lines(after, name) or [])
    }
    assert named == different

"""Sealing: only the site's keys open it, phones are found again by their hash, nothing is said in clear."""

import base64
import json
import stat
from pathlib import Path

import pytest

from contracts.values import Sealed
from services.runtime.sealing import SealError, Seals, load_or_create

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32


def test_what_was_sealed_opens_again_and_does_not_show_itself() -> None:
    seals = Seals({"k1": NEW}, {"h1": NEW})
    sealed = seals.seal("Zoë, +1 202 555 0121")
    assert seals.unseal(sealed) == "Zoë, +1 202 555 0121"
    assert b"202" not in base64.b64decode(sealed.box) and seals.seal("a") != seals.seal("a")


def test_a_rotated_key_still_opens_what_it_sealed() -> None:
    before = Seals({"k1": OLD}, {"h1": OLD}).seal("a")
    rotated = Seals({"k2": NEW, "k1": OLD}, {"h2": NEW, "h1": OLD})
    assert rotated.unseal(before) == "a"
    assert rotated.seal("b").key == "k2"
    assert rotated.phone_refs("+12025550121")[1] == Seals({"k1": OLD}, {"h1": OLD}).phone_ref("+12025550121")


@pytest.mark.parametrize(
    "sealed",
    [
        Seals({"k9": OTHER}, {"h1": OTHER}).seal("secret"),
        Seals({"k1": OTHER}, {"h1": OTHER}).seal("secret"),
        Sealed(key="k1", box=base64.b64encode(b"0" * 40).decode()),
        Sealed(key="k1", box=base64.b64encode(b"short").decode()),
        Sealed(key="k1", box="no base64!"),
        Sealed(key="k1", box=""),
    ],
    ids=["unknown key", "another's key", "noise", "too short", "no base64", "empty"],
)
def test_what_cannot_be_opened_says_which_key_and_nothing_else(sealed: Sealed) -> None:
    with pytest.raises(SealError) as told:
        Seals({"k1": NEW}, {"h1": NEW}).unseal(sealed)
    assert sealed.key in str(told.value) and "secret" not in str(told.value)


def test_hashes_are_the_same_for_the_same_phone_and_tell_sources_apart() -> None:
    seals = Seals({"k1": NEW}, {"h1": NEW})
    assert seals.phone_ref("+12025550121") == seals.phone_ref("+12025550121")
    assert len({seals.alias("a", "bc"), seals.alias("ab", "c"), seals.phone_ref("abc")}) == 3
    assert "2025550121" not in seals.phone_ref("+12025550121")


def test_keys_are_made_once_for_their_owner_only_and_refused_when_damaged(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "seal.json"
    sealed = load_or_create(file).seal("a")
    assert load_or_create(file).unseal(sealed) == "a"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for content in ("", "{}", "[]", json.dumps({"keys": {"k1": "eA=="}, "hash_keys": {"h1": "eA=="}})):
        file.write_text(content)
        with pytest.raises(ValueError):
            load_or_create(file)
    with pytest.raises(ValueError):
        Seals({}, {"h1": NEW})

"""PINs: the right one fits, nothing else does, and none fits where none was set."""

from services.runtime import pins


def test_only_the_pin_that_was_hashed_fits() -> None:
    stored = pins.hash_pin("4711")
    assert pins.fits("4711", stored)
    assert not pins.fits("4712", stored) and not pins.fits("", stored) and not pins.fits("47110", stored)
    assert "4711" not in stored


def test_the_same_pin_is_stored_differently_each_time() -> None:
    assert pins.hash_pin("4711") != pins.hash_pin("4711")


def test_no_pin_fits_where_none_was_set_or_the_hash_is_damaged() -> None:
    for stored in ("", "nothing", ":", "bm8=:bm8="):
        assert not pins.fits("4711", stored)

"""Logging: only harmless keys, no numbers, and libraries and crashes quote nothing."""

import asyncio
import contextlib
import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from services.runtime import logging as runtime_logging
from services.runtime.logging import drop_identifying, where
from services.runtime.provision import ProvisionError


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged as JSON while the test runs."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    with contextlib.redirect_stderr(out):
        runtime_logging.configure("json", "debug")
        yield out
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook
    structlog.reset_defaults()


def lines(written: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_key_that_is_not_known_to_be_harmless_is_dropped() -> None:
    entry = drop_identifying(
        None, "info", {"event": "x", "name": "Ana", "body": "hi", "page": "p1", "_record": 1}
    )
    assert entry == {"event": "x", "page": "p1", "_record": 1}


@pytest.mark.parametrize(
    "said", ["+12025550121", "12025550121", "(202) 555-0121", "202.555.0121", "202 555 0121"]
)
def test_what_looks_like_a_phone_number_is_struck_out(said: str) -> None:
    entry = drop_identifying(
        None, "info", {"event": f"told {said}", "reason": f"to {said} failed", "code": 30007}
    )
    assert "0121" not in str(entry) and entry["code"] == 30007


def test_ids_and_moments_stay_whole() -> None:
    kept = {
        "event": "e",
        "timestamp": "2026-11-24T03:10:00.123456Z",
        "sid": "SM1234567890123",
        "page": "p-1234567890",
    }
    assert drop_identifying(None, "info", dict(kept)) == kept


def test_our_own_line_is_one_json_object(written: io.StringIO) -> None:
    structlog.get_logger().info("page_sent", page="p1", phone="+12025550121", name="Ana")
    (line,) = lines(written)
    assert (line["event"], line["page"], line["level"]) == ("page_sent", "p1", "info")
    assert set(line) == {"event", "page", "level", "timestamp"}


def test_a_library_is_heard_without_what_it_fills_in(written: io.StringIO) -> None:
    try:
        raise ValueError("Qsecret")
    except ValueError:
        logging.getLogger("some.library").exception("could not send %s to %s", "Qsecret", "Ana")
    (line,) = lines(written)
    assert "Qsecret" not in written.getvalue() and "Ana" not in written.getvalue()
    assert (line["event"], line["logger"], line["error"]) == (
        "could not send %s to %s",
        "some.library",
        "ValueError",
    )
    assert "test_logging.py" in line["where"]


async def test_a_task_that_nobody_awaited_says_its_class_and_place_only(written: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError("Qsecret")

    task = asyncio.create_task(fails(), name="x")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    context = {"message": "Task exception was never retrieved", "exception": task.exception(), "future": task}
    asyncio.get_running_loop().call_exception_handler(context)
    (line,) = lines(written)
    assert "Qsecret" not in written.getvalue()
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "ValueError")


def test_what_ends_the_process_quotes_only_our_own_exceptions(written: io.StringIO) -> None:
    for error in (ValueError("Qsecret"), ProvisionError("stream PAGES is missing; run `vigil provision`")):
        try:
            raise error
        except Exception as raised:
            sys.excepthook(type(raised), raised, raised.__traceback__)
    first, second = lines(written)
    assert (first["event"], first["error"], first["reason"]) == ("process_crashed", "ValueError", "")
    assert "vigil provision" in second["reason"]


def test_the_place_of_an_exception_is_its_innermost_frame() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        assert "json/" in where(error)
    assert where(ValueError()) == ""

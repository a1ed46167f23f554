"""Every test here runs Vigil whole, on real parts. It is 03:10 in the programme's zone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.world import World
from tests.support.world import world as open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Vigil with the test programme: ana is on call, then ben, cal, dee; olga is ops."""
    async with open_world(tmp_path) as opened:
        yield opened

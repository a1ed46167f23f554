"""A world in which only the roster is at work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.world import World
from tests.support.world import world as open_world


@pytest.fixture
async def world_of_the_roster(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, services=("roster",)) as opened:
        yield opened

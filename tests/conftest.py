"""What all tests share: a garbage collector that walks the collected tests once, not again and again."""

import gc

import pytest


def pytest_collection_finish() -> None:
    """Leave what stands now out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits most, for killed processes: other workers have the processor meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("kill") is None)

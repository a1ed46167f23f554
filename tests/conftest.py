"""What all tests share: a garbage collector that walks the collected tests once, not again and again."""

import gc


def pytest_collection_finish() -> None:
    """Leave what stands now out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

"""How long a text takes to be read: `python -m tests.bench.triage`. Prints figures, asserts nothing."""

import csv
from pathlib import Path
from statistics import median
from time import perf_counter

from services.triage.texts import reading, rule_files

DATA = Path(__file__).parents[1] / "services" / "triage" / "data"
ROUNDS = 5


def main() -> None:
    """Read every labelled text several times, then long ones, and print how long each took."""
    began = perf_counter()
    rules = rule_files.shipped()
    loaded = perf_counter() - began
    texts = [text for name in ("seen", "unseen", "later", "fresh") for text in _texts(name)]
    for text in texts:
        reading.read(text, rules)
    taken = sorted(_seconds(text) for _ in range(ROUNDS) for text in texts)
    print(f"rules loaded once       {loaded * 1e3:8.1f} ms  {len(rules.rules)} rules")
    print(
        f"one text, median        {median(taken) * 1e3:8.3f} ms  {len(taken)} readings of {len(texts)} texts"
    )
    print(f"one text, 99 of 100     {taken[int(len(taken) * 0.99)] * 1e3:8.3f} ms")
    print(f"one text, the slowest   {taken[-1] * 1e3:8.3f} ms")
    together = " ".join(texts)
    for length in (160, 1_600, 10_000):
        print(
            f"{length:6} characters       {min(_seconds(together[:length]) for _ in range(5)) * 1e3:8.3f} ms"
        )


def _seconds(text: str) -> float:
    rules = rule_files.shipped()
    began = perf_counter()
    reading.read(text, rules)
    return perf_counter() - began


def _texts(name: str) -> list[str]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()

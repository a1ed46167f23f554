from collections.abc import Callable, Mapping

import pytest

from contracts.screens import ScreenAnswers, ScreenResult
from services.triage import instruments
from services.triage.instruments import Thresholds

Answers = Mapping[str, object]
Score = Callable[..., ScreenResult]


@pytest.fixture(scope="session")
def thresholds() -> Thresholds:
    return instruments.load()


@pytest.fixture(scope="session")
def score(thresholds: Thresholds) -> Score:
    def scored(instrument: str, answers: Answers, total: object = None) -> ScreenResult:
        given = ScreenAnswers.model_validate({"answers": answers, "total": total})
        return instruments.score(instrument, given, thresholds)

    return scored

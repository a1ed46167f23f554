from pathlib import Path

import pytest

from services.triage.texts import rule_files
from services.triage.texts.evaluation.labelled import Labelled, parse
from services.triage.texts.rulebook import Rulebook

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def rules() -> Rulebook:
    return rule_files.shipped()


def texts(name: str) -> tuple[Labelled, ...]:
    return parse((DATA / name).read_text("utf-8"), name)

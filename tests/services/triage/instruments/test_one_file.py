"""Adding an instrument is one file: a module that holds it as INSTRUMENT is found, thresholds and all."""

import subprocess
import sys
from pathlib import Path

from services.triage import instruments

MODULE = '''
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import Instrument, Item, YesNo
from services.triage.instruments.scoring.limits import Bands, Rung, Rungs, SummedLimits


class Own(SummedLimits):
    """Thresholds in the file itself."""

    bands: Bands = Bands(source="site", steps={"none": 0})
    signals: Rungs = (Rung(start=1, urgency="soon", source="site"),)


INSTRUMENT = Instrument(id="own", name="Own", items=(Item("1", "one", YesNo()),), limits=Own,
    rule=summing.outcome, source="site", rounds_up="-", highest=1)
'''
ASK = """
import sys
import services.triage.instruments as package
package.__path__.append(sys.argv[1])
from contracts.screens import ScreenAnswers
result = package.score("own", ScreenAnswers.model_validate({"answers": {"1": "yes"}}), package.load())
print(result.instrument, result.score, result.urgency)
"""


def test_a_new_module_is_found_and_scored_without_another_line(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(MODULE, "utf-8")
    root = Path(instruments.__file__).parents[3]

    said = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=False, cwd=root
    )

    assert said.stdout.split() == ["own", "1.0", "soon"], said.stderr


def test_ids_names_and_codes_name_one_instrument_each() -> None:
    every = instruments.instruments()
    names = [name for one in every for name in (one.id, *one.panels, *one.totals)]

    assert len(names) == len(set(names))
    assert {
        "phq-9",
        "phq-2",
        "c-ssrs",
        "asq",
        "gad-7",
        "audit",
        "audit-c",
        "dast-10",
        "scoff",
        "ede-q",
    } <= set(names)
    for one in every:
        items = [item.id for item in one.items]
        assert len(items) == len(set(items))
        assert one.source and one.rounds_up

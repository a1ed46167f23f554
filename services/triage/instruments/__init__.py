"""Screens, specimens and doses, scored: what answers come to, and how loud that is.

Consumes and publishes nothing: `score` is a pure function. Owns: the instruments, one module each, and
their thresholds (`thresholds.yaml`). Never: guesses an answer, clips a figure, lowers or closes anything.

Adding an instrument is one module here that holds an `Instrument` as `INSTRUMENT`; it is found by itself.
"""

from services.triage.instruments.scoring.judging import score
from services.triage.instruments.scoring.registry import UnknownInstrument, find, holding
from services.triage.instruments.scoring.registry import every as instruments
from services.triage.instruments.scoring.thresholds import Thresholds, ThresholdsError, load

__all__ = [
    "Thresholds",
    "ThresholdsError",
    "UnknownInstrument",
    "find",
    "holding",
    "instruments",
    "load",
    "score",
]

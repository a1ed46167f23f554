"""Precision, recall, confusion and every miss, of the rules and of the baseline on the same texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.values import Urgency
from services.triage.texts.evaluation import keywords
from services.triage.texts.evaluation.labelled import Labelled
from services.triage.texts.reading import read
from services.triage.texts.rulebook import Rulebook
from services.triage.texts.values import Reading, RiskClass


@dataclass(frozen=True, slots=True)
class Counts:
    """How often an alarm was right and wrong."""

    found: int
    missed: int
    false_alarms: int
    quiet: int

    @property
    def recall(self) -> float:
        """Share of the positive texts that were found, 0 to 1; 1 if there were none."""
        return _share(self.found, self.found + self.missed)

    @property
    def precision(self) -> float:
        """Share of the alarms that were right, 0 to 1; 1 if there were none."""
        return _share(self.found, self.found + self.false_alarms)

    @property
    def false_alarm_rate(self) -> float:
        """Share of the negative texts that alarmed, 0 to 1; 0 if there were none."""
        return 1 - _share(self.quiet, self.quiet + self.false_alarms)


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text and what the rules read in it."""

    labelled: Labelled
    reading: Reading


@dataclass(frozen=True, slots=True)
class Figures:
    """All that an evaluation tells."""

    texts: int
    imminent: Counts
    baselines: Mapping[str, Counts]
    """The plain lists of words on the same texts, by name."""
    classes: Mapping[RiskClass, Counts]
    """Empty if the file says nothing of classes."""
    confusion: Mapping[tuple[str, str], int]
    """(labelled class, class read instead) -> texts; "no class" and "nothing else" for none."""
    missed: tuple[Judged, ...]
    """Labelled imminent, read as urgent."""
    false_alarms: tuple[Judged, ...]
    """Labelled urgent, read as imminent."""


def measure(texts: Sequence[Labelled], rulebook: Rulebook) -> Figures:
    """Return the figures of those texts."""
    judged = [Judged(each, read(each.text, rulebook)) for each in texts]
    positive = [each.label is Urgency.IMMINENT for each in texts]
    alarm = [each.reading.urgency is Urgency.IMMINENT for each in judged]
    return Figures(
        texts=len(texts),
        imminent=_counts(zip(positive, alarm, strict=True)),
        baselines={
            name: _counts(zip(positive, [keywords.alarms(each.text, words) for each in texts], strict=True))
            for name, words in keywords.LISTS.items()
        },
        classes=_by_class(judged),
        confusion=_confusion(judged),
        missed=_those(judged, zip(positive, alarm, strict=True), (True, False)),
        false_alarms=_those(judged, zip(positive, alarm, strict=True), (False, True)),
    )


def _those(
    judged: Sequence[Judged], pairs: Iterable[tuple[bool, bool]], wanted: tuple[bool, bool]
) -> tuple[Judged, ...]:
    return tuple(each for each, pair in zip(judged, pairs, strict=True) if pair == wanted)


def _counts(pairs: Iterable[tuple[bool, bool]]) -> Counts:
    tally = Counter(pairs)
    return Counts(tally[True, True], tally[True, False], tally[False, True], tally[False, False])


def _by_class(judged: Sequence[Judged]) -> Mapping[RiskClass, Counts]:
    known = [
        (each.labelled.classes, each.reading.classes) for each in judged if each.labelled.classes is not None
    ]
    if not known:
        return {}
    return {risk: _counts((risk in wanted, risk in said) for wanted, said in known) for risk in RiskClass}


def _confusion(judged: Sequence[Judged]) -> Mapping[tuple[str, str], int]:
    tally: Counter[tuple[str, str]] = Counter()
    for each in judged:
        wanted = each.labelled.classes
        if wanted is None:
            continue
        said = frozenset(each.reading.classes)
        for missing in sorted(wanted - said):
            for instead in sorted(risk.value for risk in said - wanted) or ["nothing else"]:
                tally[missing.value, instead] += 1
        if not wanted:
            for extra in sorted(said):
                tally["no class", extra.value] += 1
    return dict(tally.most_common())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

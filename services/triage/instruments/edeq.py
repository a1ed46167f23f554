"""EDE-Q: eating disorder, 28 questions; the global score is the mean of four subscales, 0 to 6.

Source: Fairburn and Beglin 1994, 2008 (EDE-Q 6.0); cut-off 2.8 (4.0 in older work), clinical.md 1c; urgency
row 11 like the other positive screens. Questions 13 to 18 count episodes and belong to no subscale;
question 8 belongs to two. No LOINC code is confirmed.

The published scoring fills gaps with the mean of the rest. Here nothing is filled in: with a question
missing there is no score but a span, and what is open counts as `summing` says.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from contracts.screens import ScreenProblem
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome, Points
from services.triage.instruments.scoring.limits import SummedLimits
from services.triage.instruments.scoring.reading import plain, problem
from services.triage.instruments.scoring.sheet import Sheet, State

SUBSCALES = {
    "restraint": ("1", "2", "3", "4", "5"),
    "eating concern": ("7", "9", "19", "20", "21"),
    "weight concern": ("8", "12", "22", "24", "25"),
    "shape concern": ("6", "8", "10", "11", "23", "26", "27", "28"),
}
_SCORED = frozenset(item for items in SUBSCALES.values() for item in items)
_WEIGHT = {
    item: sum((Fraction(1, 4 * len(items)) for items in SUBSCALES.values() if item in items), Fraction(0))
    for item in _SCORED
}
"""What one point of an item adds to the global score."""
_SEVEN = Points((0, 1, 2, 3, 4, 5, 6))
_COUNT = Amount(Decimal(0), Decimal(1000), whole=True)
_MOST = 6


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: SummedLimits) -> Outcome:
    """Judge the rounded score, so that what people read is what was compared."""
    span = _span(sheet)
    found = summing.finding(instrument, sheet, span, limits.signals)
    band = limits.bands.of(span.exact) if span.exact is not None else ""
    return Outcome(span.exact, span.low, span.high, band, found, _contradiction(sheet))


def _span(sheet: Sheet) -> summing.Span:
    answers = {item: sheet.number(item) for item in _SCORED}
    clashing = any(sheet.at(item).state in (State.TWICE, State.IMPOSSIBLE) for item in _SCORED)
    open_items = [item for item, value in answers.items() if value is None]
    least = sum((_WEIGHT[i] * int(value) for i, value in answers.items() if value is not None), Fraction(0))
    low = _rounded(least)
    high = _rounded(least + sum((_WEIGHT[item] * _MOST for item in open_items), Fraction(0)))
    worst_one = _rounded(least + max((_WEIGHT[item] * _MOST for item in open_items), default=Fraction(0)))
    total = None if sheet.total.value is None else _rounded(Fraction(sheet.total.value))
    impossible = sheet.total.state is State.IMPOSSIBLE
    fits = total is not None and low <= total <= high and sheet.total.state is State.GIVEN
    exact = None if clashing or open_items or total is not None else low
    counted = low if total is None else max(low, total)
    top = high if total is None or total < low else counted
    widest = min(worst_one - low, top - counted)
    return summing.Span(counted, top, widest, total if fits and not clashing else exact, low, impossible)


def _contradiction(sheet: Sheet) -> tuple[ScreenProblem, ...]:
    total = None if sheet.total.value is None else _rounded(Fraction(sheet.total.value))
    answered = _span(Sheet(sheet.readings))
    if total is None or answered.low <= total <= answered.high:
        return ()
    come_to = plain(answered.low)
    if answered.high != answered.low:
        come_to += f" to {plain(answered.high)}"
    says = f"the stated total is {plain(total)}, the answers come to {come_to}"
    return (problem("contradiction", "total", says, "check the form: the higher one counts meanwhile"),)


def _rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


_SAYS = (
    "restricting food",
    "long times without eating",
    "excluding foods",
    "rules about eating",
    "wish for an empty stomach",
    "wish for a flat stomach",
    "thoughts of food get in the way",
    "thoughts of shape or weight get in the way",
    "fear of losing control over eating",
    "fear of gaining weight",
    "feeling fat",
    "wish to lose weight",
    "times of eating very much",
    "of these, times of losing control",
    "days of losing control",
    "times of vomiting",
    "times of laxatives",
    "times of driven exercise",
    "eating in secret",
    "guilt about eating",
    "concern about being seen eating",
    "weight in how one judges oneself",
    "shape in how one judges oneself",
    "upset at being weighed weekly",
    "dissatisfied with weight",
    "dissatisfied with shape",
    "discomfort at seeing the own body",
    "discomfort at others seeing it",
)

INSTRUMENT = Instrument(
    id="ede-q",
    name="EDE-Q",
    items=tuple(
        Item(
            str(number),
            says,
            _SEVEN if str(number) in _SCORED else _COUNT,
            needed=str(number) in _SCORED,
            scored=str(number) in _SCORED,
        )
        for number, says in enumerate(_SAYS, start=1)
    ),
    limits=SummedLimits,
    rule=_rule,
    source="Fairburn and Beglin 1994, 2008; clinical.md 1c",
    rounds_up="Gaps are not filled in. One unclear item may hold 6; the global score is judged as rounded.",
    highest=_MOST,
    whole=False,
)

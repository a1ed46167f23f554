"""Answers that several instruments share: how often in the last two weeks, and how often alcohol."""

from services.triage.instruments.scoring.items import Points

OFTEN = Points(
    (0, 1, 2, 3),
    {
        "la6568-5": 0,
        "la6569-3": 1,
        "la6570-1": 2,
        "la6571-9": 3,
        "not at all": 0,
        "several days": 1,
        "more than half the days": 2,
        "nearly every day": 3,
    },
)
"""Of PHQ and GAD: answer list LL358-3 (clinical.md 1c; LA6569-3 to LA6571-9 are from general knowledge)."""

DRINKING = Points(
    (0, 1, 2, 3, 4),
    {
        "la6270-8": 0,
        "la18926-8": 1,
        "la18927-6": 2,
        "la18928-4": 3,
        "la18929-2": 4,
        "never": 0,
        "monthly or less": 1,
    },
)
"""Of the first question of the AUDIT. Codes from general knowledge, not looked up."""

DRINKS_A_DAY = Points(
    (0, 1, 2, 3, 4), {"la15694-5": 0, "la15695-2": 1, "la18930-0": 2, "la18931-8": 3, "la18932-6": 4}
)
"""Of the second. Codes from general knowledge; words are left out, since `1 or 2` reads like a score."""

HOW_OFTEN = Points(
    (0, 1, 2, 3, 4),
    {
        "la6270-8": 0,
        "la18933-4": 1,
        "la18876-5": 2,
        "la18891-4": 3,
        "la18934-2": 4,
        "never": 0,
        "less than monthly": 1,
        "monthly": 2,
        "weekly": 3,
        "daily or almost daily": 4,
    },
)
"""Of the third to eighth. Codes from general knowledge, not looked up."""

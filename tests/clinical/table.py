"""The clinical table: its 24 rows, and the files in which each is held.

Source: "event -> urgency -> who -> by when -> channel -> fallback", a proposal that the medical director
owns. A row's cases are test functions named `test_row_<two digits>_<positive|negative|borderline>_...`.
"""

import re

ROWS = {
    1: "Something was taken, or an attempt is under way",
    2: "The patient presses the panic button",
    3: "C-SSRS high",
    4: "ASQ acute positive",
    5: "A text with means and a near time",
    6: "A threat to another person",
    7: "Any other text on the crisis line",
    8: "PHQ-9, item 9 is 2 or 3",
    9: "PHQ-9, item 9 is 1; C-SSRS moderate; ASQ positive",
    10: "PHQ-9 from 20 with item 9 at 0; C-SSRS low",
    11: "Other positive screens",
    12: "A session missed by a patient at risk",
    13: "A first session missed",
    14: "Two sessions missed in a row",
    15: "Three sessions missed, or silent for more than 72 h",
    16: "Opioid in the urine, or opioid with sedative",
    17: "Other result in the urine, dilute, or the agonist missing",
    18: "Alcohol in the breath",
    19: "CIWA-Ar, COWS",
    20: "Agonist doses missed",
    21: "STOP while something is open",
    22: "A page fails, the roster is empty, nobody answers",
    23: "A support contact is worried",
    24: "The patient comes, or writes ok, afterwards",
}
FILES = {
    "test_rows_01_07_crisis_texts": range(1, 8),
    "test_rows_08_11_screens": range(8, 12),
    "test_rows_12_15_sessions": range(12, 16),
    "test_rows_16_20_specimens_doses": range(16, 21),
    "test_rows_21_24_rest": range(21, 25),
}
CASES = ("positive", "negative", "borderline")
NAMED = re.compile(rf"test_row_(\d\d)_({'|'.join(CASES)})_\w+")

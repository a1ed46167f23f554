"""Reads a text of the crisis line for risk: which classes, which words gave them, and how loud.

Rules only ever raise. Whatever a text says, a person reads it: the floor is `urgent`
(clinical.md 7 row 7). What raises it to `imminent` follows the ladder thoughts, plan, means, time
(clinical.md 2), each rung read from the patient's own words, now and not negated:

- ingestion or an attempt under way or just made (7 row 1), and self-harm that is under way or bleeds;
- a plan, its preparation, or a farewell (C-SSRS 5 and 6, clinical.md 1 and 3e);
- active ideation: the wish to kill oneself, to be dead or not to live, said as a wish of the present.
  C-SSRS alone would call it low or moderate until intent is known. A text can't be asked in the same
  second, and thoughts of killing oneself at the moment of asking are an acute positive of the ASQ
  (clinical.md 1), so a first text with them is as loud as that. The price is a telephone that rings;
- means at hand: not a mention, but in the hand, ready, loaded, or a place from which to fall;
- passive ideation (to wish not to wake up, to be a burden), bare despair and self-harm urges do NOT
  raise alone (C-SSRS 1; 7 row 7: contact within 30 minutes, read within 5): they raise together with
  a near time, means or a farewell;
- somebody else in danger of death now; intent to harm others (7 row 6, 4e); violence against the
  patient now; signs of overdose or of complicated withdrawal (1c: seizure, seeing or hearing things).
  Worry about a third person's thoughts, and what lies years back, stay urgent (3e).

`administrative` and `silent_distress` are labels only.

Use: `reading.read(text, rule_files.shipped())`. Everything here is pure but `rule_files`, which
reads the data of the package once. Nothing here logs or keeps a text.
"""

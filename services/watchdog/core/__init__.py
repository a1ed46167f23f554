"""The rules of the watchdog, pure: from what was seen to what must be done about it now.

Theory: `judge.judge` takes what was seen at one moment and returns what to do. `late` keeps since
when something is overdue, `stalled` since when a durable stands still; both give causes of
trouble. `troubles` turns causes into texts to ops: told at once, repeated at most every ten
minutes, recovery told once. `streams` judges the streams themselves. `wording` holds every text.

Must not go in here: I/O, clocks, randomness, logging.
"""

"""Rehearsals: the rules of escalation run in simulated time, against any roster, without any effect.

`engine.rehearse` feeds signals, deadlines and the reactions of people to the same `decide` and
`evolve` that page for real, so what it shows is what would happen. `reactions` says what people
do, `behaviours` are ready-made ones, `lines` is how texts and calls get through. `outcome` is what
came of it. `silence` walks a policy while nobody answers, fast enough for every minute of a
month; `worst` finds the slowest of those minutes.

Consumes policies, shifts, people and signals as values. Publishes nothing, owns nothing. Never:
I/O, clocks, randomness, or a rule of paging or escalation of its own.
"""

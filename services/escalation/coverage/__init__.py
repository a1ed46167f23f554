"""Proof of coverage: whether somebody who can be reached is paged in time, at every minute ahead.

Theory: with nobody answering, whom a policy pages and when is a function of the moment at which a
signal comes, and it is constant between a few edges: a shift begins or ends at one of the
moments at which the policy looks, a night or a span of hours does. `ladder` follows a policy from
one moment and says how far that moment may move before any of its looks would see something else;
`prove` jumps from edge to edge, so every minute is judged and none is looked at twice.

`plan`: what is judged. `instants` and `edges`: time as numbers, and where it may change something.
`counting`: who counts as one. `routes`: which policies a signal may fall under. `ladder`: one
policy, followed, over the `board` of shifts. `figures` and `limits`: how soon, and how soon it must
be. `prove`: all of it, as `result` has it. `explaining`: why a hole is one. `single_points`: who
stands at two places at once. `findings`: codes and sentences. `facts`: what one report compares
with the next.

Whom a step pages is asked of `services.escalation.core.targets`, how long it waits of
`core.hours`; only the order of steps and rounds is followed here a second time, and a test holds it
against the core. Must not go in here: I/O, clocks, randomness, logging.
"""

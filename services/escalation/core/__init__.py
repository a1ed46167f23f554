"""The rules of escalation, pure: what is decided, what is true afterwards, when to look again.

Theory: a run is the life of one escalation on its subject. `decide.decide` turns an input into
events, `evolve.evolve` folds an event into the state, `due.due` says when to look again. Every
open run is due. Inside one decision the events made so far are folded as they are made
(`draft.Draft`), so that each rule sees what the rules before it did.

`state`: what is kept. `inputs`: what can be heard, and the world. `opening`: signals. `steps` and
`targets`: who is paged. `routing`: which policy applies. `answers`, `holding`, `giving`, `helping`,
`snoozing`, `closing`, `signatures`: what responders say. `deadlines`: what time does. `drill`: test
pages. `faults`: what ops must hear of.

Must not go in here: I/O, clocks, randomness, logging, and words about SMS or calls.
"""

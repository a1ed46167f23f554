"""The rules of the crisis line, pure: what is decided, what is true afterwards, when to look again.

Theory: `decide` is the one entrance. It first takes in who holds the conversation (`holding`), lets one
rule act, and at last sets every clock from what is then true (`alarms`); so no rule has to remember to
stop one, and what is open is due. `evolve` folds an event into the state (`changes`, `outbox_changes`).

`hear`: a patient's text or call, a receipt. `talking`: what a responder texts (`talk`); `joining`: a
second person; `showing`: what they may ask to read; `emergency`: the hand-off to 911; `choosing`: which
conversation it is for. `relaying`: what the patient wrote goes to whoever holds it, or becomes a signal.
`timing`: what time does. `waiting`: the patient is told that they wait; the loop guard. `answering`: our
texts, one at a time to each phone; `outcomes`: what follows when one fails. `languages`, `staff_texts`,
`asked_texts`, `emergency_texts`: the wording. `outreaching`: texts that begin with us. `opting`, `staff`,
`callers`, `signals`: what words and numbers mean.

Must not go in here: I/O, clocks, randomness, logging.
"""

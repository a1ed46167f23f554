"""The rules of the crisis line, pure: what is decided, what is true afterwards, when to look again.

Theory: hearing something from a patient is one thing, answering is another. `hear` turns a text,
a call or a receipt into events; `answering` moves the one answer that may be under way from
waiting through intended to accepted or failed; `evolve` folds an event into the state; `due` says
when to look again: exactly while an answer is under way.

`opting`: words by which the carrier stops or resumes texts. `wording`: what patients are texted.
`risk_words` and `staff`: what a staff member's words may mean. `callers`: withheld numbers.
`signals`: the signals that come of it all.

Must not go in here: I/O, clocks, randomness, logging.
"""

"""The rules of paging, without I/O.

`inputs` is what can be heard, `decide` answers it with events, `evolve` says what is true after
them, `due` when to look again, `brief` what others may see. `plan` chooses methods, `reactions`
knows the carrier's codes, `receipts` merges what comes back, `replies` finds what an answer is
about, and `texts` holds every word that staff read.
"""

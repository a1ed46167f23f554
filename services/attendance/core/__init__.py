"""Pure rules of attendance: the timetable, one attendance's life, and how urgent a miss is.

`timetable` expands groups into sessions and expected attendances, `placing` says which session a
check-in counts for, `state` and `evolve` hold one attendance, `decide` says what happens because of
what was heard, `judging` how urgent a miss is, `sessions` how a session and a patient's past look,
`messages` what others are told, `codes` what patients text to check in.
"""

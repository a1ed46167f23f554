"""Replay: recorded escalations run again through a changed policy or roster, and compared.

Consumes the events of runs as they were recorded (or sampled, for a site without a history).
Publishes nothing, owns nothing. Never: I/O, clocks, or a rule of paging or escalation of its own.

`recorded` cuts a log into runs, `script` reads from a run who did what how long after a page,
`pace` knows how fast each person answers, `past` is the world as it was, `replaying` rehearses a
run again, `figures` and `comparing` say what is different, `sampling` makes a history.
"""

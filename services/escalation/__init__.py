"""Escalation: from a signal to the person who has it, until the patient is reached and it is closed.

Consumes: signals (`signals.*`), the answers of responders (`pages.*.*`, the events marked "to
escalation"), links between patients (`programme.patient_linked.*`), `overdue.ESCALATIONS`.
Publishes: the events of each run (`escalations.<patient>`, `faults.<area>`); paging acts on
`page_requested`, `page_withdrawn`, `responder_told` and `bridge_requested`.
Owns: the stream ESCALATIONS and the codes in use.
Never: sends anything itself, reads receipts or attempts, lowers an urgency, or closes a run
without a disposition that a person gave.
"""

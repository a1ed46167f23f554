"""Followup: what goes on after a crisis or a discharge: tasks for people, and caring contacts.

Consumes: resolved escalations (`escalations.*`), what became of texts, opt-outs and the patient's words
(`conversations.*`), discharges, linked patients and what is asked at a desk (`programme.*`), texts from
support contacts (`carrier.sms_received.contact`), `overdue.FOLLOWUPS`; reads `patients` and `people`.
Publishes: texts asked for on `outreach.<patient>`, `signals.follow_up_due`, `signals.concern_raised`,
`programme.signal_followed.<patient>`, the morning digest on `notices.<responder>`, and the events of
each follow-up (`followups.<patient>`).
Owns: the stream FOLLOWUPS; notes in a patient's record the day of a discharge; texts support contacts,
from a number of their own, when somebody pressed send.
Never: texts a patient itself, pages anybody, tells a support contact anything by itself.
"""

"""The crisis line, in its smallest form: a patient's text or call becomes a signal, and is answered.

Consumes: patients' texts and calls and the receipts of our answers (`carrier.sms_received.patient`,
`carrier.call_received.patient`, `carrier.sms_status.conversation`), staff's texts
(`carrier.sms_received.staff`, only those that are words and no command), `overdue.CONVERSATIONS`.
Publishes: `signals.patient_alert`, `signals.opted_out`, `signals.concern_raised`,
`signals.system_fault`, and the events of each conversation (`conversations.<patient>`).
Owns: the stream CONVERSATIONS; mints patients for phones nobody knows.
Never: decides who is paged, lowers or closes anything, texts somebody who opted out, or sends
anything to staff.
"""

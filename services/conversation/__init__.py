"""The crisis line: a patient's text or call becomes a signal, is answered, and leads to a talk with a person.

Consumes: patients' texts and calls and the receipts of our texts (`carrier.sms_received.patient`,
`carrier.call_received.patient`, `carrier.sms_status.conversation`), words and keys of conversations from
staff (`carrier.sms_received.talk`; of `.staff` only whether a mistyped command tells of a risk),
texts to patients that other services ask for (`outreach.<patient>`), `overdue.CONVERSATIONS`; follows
who holds each patient's escalation.
Publishes: `signals.patient_alert`, `signals.opted_out`, `signals.concern_raised`,
`signals.system_fault`, and the events of each conversation (`conversations.<patient>`).
Owns: the stream CONVERSATIONS; mints patients for phones nobody knows; the wording that patients get.
Never: decides who is paged or who holds it, lowers or closes anything, texts somebody who opted out,
relays anything to or from somebody who does not hold (or has not openly joined) the conversation.
"""

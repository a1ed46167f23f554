"""Ledger: the log as books in SQL, for reports, history and the audit.

Consumes: whole streams (PROGRAMME, SIGNALS, ESCALATIONS, PAGES, CONVERSATIONS, TRIAGE, ATTENDANCES,
FOLLOWUPS, DELIVERIES) and the buckets that people edit, by following them; it has no durable.
Publishes: nothing on NATS.
Owns: the database at VIGIL_LEDGER_URL; its tables are in `services.books`.
Never: decides anything, opens a sealed value, keeps a text, a name or a number of a phone, or stops
anybody's work: when its database fails it waits, says so and goes on where it was.
"""

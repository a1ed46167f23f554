"""The watchdog: a process of its own that audits the laws from outside, and tells ops.

Consumes nothing durable: it follows the headers of the streams of aggregates with deadlines (ESCALATIONS,
PAGES, CONVERSATIONS, ATTENDANCES, FOLLOWUPS, DELIVERIES), scans them anew every ten
minutes, and asks NATS how every stream and durable of the table stands.
Publishes: `overdue.<STREAM>` ("look again"), `signals.system_fault` (a stream that fills up or went
backwards, something open without a deadline, deliveries to other systems that nobody tries).
Owns: the heartbeat, and the texts to the ops phones, through a small carrier adapter of its own.
Never: appends to an aggregate, pages a responder, or needs the part that failed in order to say so.
"""

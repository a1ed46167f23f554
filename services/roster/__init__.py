"""Who is on call: rotations and what changes them, compiled to flat shifts, and handed over.

Consumes: the KV buckets of rosters and people; pages (answers to its notices, receipts); the headers
of escalations, for what a handoff hands over.
Publishes: `notices.<responder>`, of coming shifts, swaps, codes and gaps; `signals.system_fault`, of
what would page nobody.
Owns: the KV buckets `shifts` (compiled 91 days ahead, so that whoever pages needs no other service
to know who is on), `handoffs` and `verifications`; what pages teach about phones, in `people`.
Never: pages anybody, sends a text itself, or changes a schedule: it shows gaps.
"""

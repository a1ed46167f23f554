"""The commands of `vigil`: for those who run a programme, at a terminal.

Consumes: headers and events of ESCALATIONS, PAGES and PARKED; the buckets ops edit.
Publishes: signals (through the gateway, or as a test page), links between patients, and what ops
decided, into the buckets. Owns nothing. Never pages by itself and never sends anything to a phone.
One file for each group of commands; `services.cli` puts them together.
"""

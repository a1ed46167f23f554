"""The only shared code: broker, log, deadlines, sealing, settings, clock, logging, provisioning.

Nothing here knows what a page or an escalation is.
"""

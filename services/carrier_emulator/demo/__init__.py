"""The demo's web page: phones side by side, buttons that report something, and the timeline of what follows.

It consumes the emulator's ledger and follows ESCALATIONS and PAGES as the user `cli`; it sends
signals through the gateway, as another system would; it owns nothing but what is on the screen,
and never runs beside a real carrier.
"""

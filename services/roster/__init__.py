"""Who is on call: rotations, overrides and people's phones, compiled to flat shifts.

Consumes: the KV buckets `schedules` and `people`.
Publishes: `signals.system_fault`, of a schedule that can't be compiled and of a gap within 24 hours.
Owns: the KV bucket `shifts`, compiled thirty days ahead, so that whoever pages needs no other
service to know who is on.
Never: pages anybody, or decides what a gap means: it shows gaps.
"""

"""Who acts: one folder is one responsibility is one process, and any of them can share a process.

gateway           the outside world over HTTP -> facts on NATS
escalation        a signal -> who must be told, until somebody has it and the patient is reached
paging            one page -> attempts on contact methods, receipts, replies
roster            rotations and overrides -> flat shifts
conversation      patients on the crisis line
watchdog          audits the laws from outside, in a process of its own
carrier_emulator  a Twilio that runs on this machine, with phones to hold
runtime           the only shared code; no domain word in it
programme         the files in which ops describe people, schedules and policies
command_line      `vigil ...`

No service imports another: they meet in `contracts` and on NATS. Import-linter checks it.
"""

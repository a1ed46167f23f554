"""What is allowed but dangerous: policies that can be read and would still fail somebody.

Pure: policies and rosters come in, findings go out. The limits are defaults with a source
(`limits`), not law; a medical director may choose other figures and live with the finding. A
finding that is `blocking` leaves somebody unpaged, or an imminent risk waiting, whatever the
figures. Each code has its page in `services/escalation/POLICY_FINDINGS.md`.
"""

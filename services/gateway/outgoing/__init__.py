"""What other systems are told: escalations and scores, to configured recipients, as FHIR R4.

Consumes ESCALATIONS, TRIAGE and `overdue.DELIVERIES`. Publishes `deliveries.*.*`, and a
`system_fault` for what is parked. Owns the stream DELIVERIES. Never: sends without a ground that stands in
that second, the words of a text, who of the staff it was, or anything to an address that is not https.
"""

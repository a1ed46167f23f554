"""Gateway: the outside world over HTTP becomes facts on NATS, and calls become sentences.

Consumes: the carrier's signed webhooks; signals, patients and facts of programme systems, as JSON and
FHIR, and what their FHIR servers hold of a notification; the carrier's lists, for what no webhook
brought; `carrier.sms_received.patient`, for the files that came with a text, and the files from the
carrier; for what is said on the phone it reads the public headers of PAGES and ESCALATIONS, and the
bucket `people`.
Publishes: `carrier.*` (each webhook, whole and sealed), `programme.*`, `signals.<kind>`, and
`notices.*` to the holder when a file can't be had.
Owns: the answer to each request, TwiML, the minting of patients by programme systems, the buckets
`intake`, `media` and `media_files`, the removal of old texts and kept files from the carrier's storage.
Its part `outgoing` tells other systems of escalations and scores (`deliveries.*.*`, its own docstring).
Never: answers 2xx to a fact before its publish is acknowledged, decides who is paged, takes a
page, or believes a request whose signature or token does not hold.
"""

"""Gateway: the outside world over HTTP becomes facts on NATS, and calls become sentences.

Consumes: the carrier's signed webhooks, signals and patients of programme systems; the carrier's
lists, for what no webhook brought; for what is said on the phone it reads the public headers of
PAGES and ESCALATIONS, and the bucket `people`.
Publishes: `carrier.*` (each webhook, whole and sealed), `signals.<kind>`.
Owns: the answer to each request, TwiML, the minting of patients by programme systems, the removal
of old texts from the carrier's storage.
Never: answers 2xx to a fact before its publish is acknowledged, decides who is paged, takes a
page, or believes a request whose signature or token does not hold.
"""

"""FHIR R4 coming in: resources, bundles and subscription notifications become facts of the programme.

Consumes: `POST /fhir` and `POST|PUT /fhir/{type}` of programme systems, and what their notifications
point to on their own server. Publishes: `programme.*` (contracts/facts), each sealed and with the
version of its resource. Owns: OperationOutcome answers, the bucket `intake`. Never: scores, raises or
lowers anything, asks another host than the source's own server, quotes what was sent.

The models in `elements` and `resources` are ours. `fhir.resources` (8) models R5 and R4B, refuses a
resource for any element it doesn't know, and takes seconds to import; a positive screen must not be
refused because of a stray extension. These read what is needed, ignore the rest, and name the place
of what they can't use.
"""

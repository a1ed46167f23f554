"""One page, message, notice or bridged call to one responder: from asked to answered, failed or withdrawn.

Consumes what escalation asks for (`page_requested`, `page_withdrawn`, `responder_told`,
`bridge_requested`), what the roster tells (`notices.<responder>`) and what the carrier reports (texts
from staff, receipts, calls, key presses).
Publishes `pages.<responder>.<page>`.
Owns attempts on contact methods, their receipts, the texts and the one dispatcher that sends to staff.
Never decides whom to page next, never tells a responder that they hold something before escalation
committed it, never takes a receipt or a finished call for an answer, and never lets an answer to a
notice touch a page.
"""

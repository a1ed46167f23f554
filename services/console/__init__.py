"""The console: web pages for whoever is paged, and for ops.

Consumes: it follows escalations, pages, conversations, what is parked and who is on call, and reads
one patient's record when somebody with the right to it asks. Publishes: what was pressed
(`console.pressed.page.<responder>`, heard by paging; `console.pressed.talk.<responder>`, heard by the
crisis line), and who had identifying content shown. Owns: sessions and refused sign-ins. Never:
decides what an answer means, sends a text, or stands between a phone and its keys: without the
console everything works by SMS and voice as before.
"""

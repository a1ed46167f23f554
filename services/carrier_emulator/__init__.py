"""A carrier on this machine: takes the carrier's REST calls, sends its webhooks, owns the phones.

It consumes REST requests and what phones do, publishes signed webhooks, owns the ledger of what
physically happened, and never touches a real network or any other service's store.
"""

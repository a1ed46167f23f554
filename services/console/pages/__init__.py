"""The pages: each reads a request, asks the core what to show, and writes it. No decision stands here."""

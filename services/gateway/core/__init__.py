"""Pure rules of the gateway: where an inbound text or call goes, what is said, what an event means."""

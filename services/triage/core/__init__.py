"""The rules of results: which fact is new, what it is a reason for, and what no longer is."""

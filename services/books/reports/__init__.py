"""Reports: pure functions from rows of the books to a table with its words."""

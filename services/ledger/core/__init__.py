"""What a stored message changes in the books: pure functions from a message to changes of rows."""

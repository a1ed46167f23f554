"""What leaves for other systems, in rules: what is told of, to whom it may go, when it is tried again."""

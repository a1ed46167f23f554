"""What the watchdog says to the owner of a deadline that has passed."""

from contracts.values import Value


class LookAgain(Value):
    """A deadline of this subject has passed and nothing happened: look at it again now."""

    subject: str

"""Numbers as texted, in digits or in words of either language."""

SPELT = {
    word: value
    for words, value in (
        ("one un uno una", 1),
        ("two couple dos", 2),
        ("three tres", 3),
        ("four cuatro", 4),
        ("five cinco", 5),
        ("six seis", 6),
        ("seven siete", 7),
        ("eight ocho", 8),
        ("nine nueve", 9),
        ("ten diez", 10),
        ("eleven once", 11),
        ("twelve dozen doce docena", 12),
        ("fifteen quince", 15),
        ("sixteen", 16),
        ("eighteen", 18),
        ("twenty veinte dozens docenas", 20),
        ("thirty treinta", 30),
        ("forty fourty cuarenta", 40),
        ("fifty cincuenta", 50),
        ("sixty sesenta", 60),
        ("seventy setenta", 70),
        ("eighty ochenta", 80),
        ("ninety noventa", 90),
        ("hundred hundreds cien cientos", 100),
        ("thousand mil", 1000),
    )
    for word in words.split()
}
_DIGITS = 9
"""A longer number is as large as any."""


def value(word: str) -> int:
    """Return the value of a word of a line, or -1 if it is no number."""
    if word.isdecimal():
        return int(word) if len(word) <= _DIGITS else 10**_DIGITS
    return SPELT.get(word, -1)

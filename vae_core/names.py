"""Names that people give to runs."""

import unicodedata

LONGEST = 60


def tidy(text: object) -> str:
    """A name as it may be kept: one line of printable letters, without marks that turn the direction of writing; at most ``LONGEST``."""
    letters = (letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", str(text)[: 10 * LONGEST]))
    return " ".join("".join(letters).split())[:LONGEST].strip()

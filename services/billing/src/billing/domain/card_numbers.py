"""Keeps payment card numbers out: whatever looks like one is refused, wherever it is typed.

A card number has 13 to 19 digits, begins with 2 to 6 (ISO/IEC 7812 industry digits of payment networks) and ends in a
Luhn check digit. Nothing else billing stores has that shape but by chance, and then a reader shortens it.
"""

import re
from typing import Final

from billing.domain.errors import DomainError, invalid

_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])[2-6](?:[ .\-]?[0-9]){12,18}(?![0-9A-Za-z])")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def looks_like_card_number(text: str) -> bool:
    """Whether somewhere in the text there is what a payment card has on its face."""
    without_ids = _UUID.sub(" ", text)
    return any(_luhn(re.sub(r"\D", "", found.group())) for found in _DIGITS.finditer(without_ids))


def card_number_refused() -> DomainError:
    return invalid("card_number_refused", "This looks like a card number. Only the terminal's reference is kept.")


def refuse_card_number(text: str | None) -> None:
    """Raises `card_number_refused`."""
    if text is not None and looks_like_card_number(text):
        raise card_number_refused()


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0

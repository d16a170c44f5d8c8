"""Keeps payment card numbers out: whatever looks like one is refused, wherever it is typed.

A card number has 13 to 19 digits, begins with 2 to 6 (ISO/IEC 7812 industry digits of payment networks) and ends in a
Luhn check digit, however its groups are set apart, and whatever digits stand before and after them: an expiry date, a
security code. Nothing else billing stores has that shape but by chance, and then a reader shortens it.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from careflow_domain.errors import DomainError, invalid

_GROUPS: Final = re.compile(
    r"""\d+ (?: [\s._/\-\u00ad\u00b7\u2022\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]{1,5} \d+ )*""", re.VERBOSE
)
"""Digits of any script with spaces, dashes, dots, strokes or something invisible between them."""
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FEWEST, _MOST = 13, 19


def looks_like_card_number(text: str) -> bool:
    """Whether somewhere in the text there is what a payment card has on its face."""
    plain = unicodedata.normalize("NFKC", _UUID.sub(" ", text))
    return any(
        digits[0] in "23456" and _luhn(digits)
        for found in _GROUPS.finditer(plain)
        for digits in _runs(["".join(str(int(each)) for each in group) for group in re.findall(r"\d+", found.group())])
    )


def _runs(groups: list[str]) -> Iterator[str]:
    """Neighbouring groups together, where they are as long as a card number."""
    for start in range(len(groups)):
        for digits in accumulate(groups[start:]):
            if len(digits) > _MOST:
                break
            if len(digits) >= _FEWEST:
                yield digits


def card_number_refused() -> DomainError:
    return invalid("card_number_refused", "This looks like a card number. Only the terminal's reference is kept.")


def refuse_card_number(text: str | None) -> None:
    """Raises `card_number_refused`."""
    if text is not None and looks_like_card_number(text):
        raise card_number_refused()


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0

"""Amounts of money. Invariant: whole minor units (cents) of one currency; two currencies never meet in a sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering
from typing import Final

from careflow_domain.errors import invalid

WHOLE: Final = 10_000
"""All of something in basis points: 100 %."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of an ISO 4217 currency; below zero only as a difference. Raises `money_invalid`."""

    minor: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise invalid("money_invalid", "An amount of money is a whole number of minor units.")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise invalid("money_invalid", "A currency is three capital letters.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        whole, cents = divmod(abs(self.minor), 100)
        return f"{'-' if self.minor < 0 else ''}{whole:,}.{cents:02d} {self.currency}"

    @property
    def nothing(self) -> "Money":
        """Zero of the same currency."""
        return Money(0, self.currency)

    def share(self, basis_points: int) -> "Money":
        """So many hundredths of a percent of it, rounded half to even."""
        quotient, rest = divmod(self.minor * basis_points, WHOLE)
        up = 2 * rest > WHOLE or (2 * rest == WHOLE and quotient % 2 == 1)
        return Money(quotient + up, self.currency)

    def expect_positive(self) -> "Money":
        """Itself. Raises `amount_not_positive`."""
        if self.minor <= 0:
            raise invalid("amount_not_positive", "The amount must be more than nothing.")
        return self

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise invalid("currency_mismatch", "Amounts of two currencies do not meet.")
        return other.minor


def total(amounts: Iterable[Money], currency: str = "USD") -> Money:
    """The sum; nothing of `currency` when there are none."""
    result: Money | None = None
    for amount in amounts:
        result = amount if result is None else result + amount
    return result if result is not None else Money(0, currency)

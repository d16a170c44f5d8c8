"""Amounts with their units as types, so that milligrams are never added to millilitres.

Invariant: an amount is finite and not negative, not even a negative zero; only the products that mean something exist.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Self, TypeVar

from careflow_domain.errors import invalid


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """A decimal number of some unit. Refused: `amount_invalid`."""

    value: Decimal

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value.is_signed():
            raise invalid("amount_invalid", "An amount is a number that is not negative.")

    def __add__(self, other: Self) -> Self:
        return type(self)(self.value + other.value)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.value - other.value)

    @classmethod
    def none(cls) -> Self:
        """Nothing of it."""
        return cls(Decimal(0))

    def __bool__(self) -> bool:
        return bool(self.value)


class Milligrams(Amount):
    """Mass of drug."""

    __slots__ = ()


class Kilograms(Amount):
    """Body weight."""

    __slots__ = ()


class Millilitres(Amount):
    """Volume of solution."""

    __slots__ = ()


class MilligramsPerKilogram(Amount):
    """Dose for body weight."""

    __slots__ = ()

    def times(self, weight: Kilograms) -> Milligrams:
        """mg/kg x kg = mg."""
        return Milligrams(self.value * weight.value)


class MilligramsPerMillilitre(Amount):
    """Concentration of a solution."""

    __slots__ = ()

    def times(self, volume: Millilitres) -> Milligrams:
        """mg/mL x mL = mg."""
        return Milligrams(self.value * volume.value)


class MillilitresPerHour(Amount):
    """Rate of a pump."""

    __slots__ = ()

    def over(self, length: timedelta) -> Millilitres:
        """mL/h x h = mL."""
        return Millilitres(self.value * Decimal(length // MICROSECOND) / Decimal(HOUR // MICROSECOND))


class MedicineAmount(Amount):
    """How much of a medicine, in the unit it is ordered in."""

    __slots__ = ()


MICROSECOND, HOUR = timedelta(microseconds=1), timedelta(hours=1)

A = TypeVar("A", bound=Amount)

NOTHING = Milligrams(Decimal(0))


def total(amounts: "list[Milligrams] | tuple[Milligrams, ...]") -> Milligrams:
    """The sum; nothing of none."""
    return sum(amounts, NOTHING)


def milligrams(value: str | int) -> Milligrams:
    """Milligrams written as text or a whole number."""
    return Milligrams(Decimal(value))


def agree(one: A, other: A, tolerance_percent: Decimal) -> bool:
    """Whether two ways to the same amount differ by no more than this share of the first."""
    return abs(one.value - other.value) * 100 <= one.value * tolerance_percent

"""Whether a measured weight can be believed: a dose for body weight is wrong by as much as the weight is.

Invariants: a weight is compared with the last one a session was cleared with, the first one with what the patient says
they weigh, the unit said; one far from it counts once a second person has measured the same. Pounds taken for kilograms
are more than twice too much.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sessions.domain.ids import SessionId
from sessions.domain.units import Kilograms


class WeightUnit(StrEnum):
    KILOGRAMS = "kilograms"
    POUNDS = "pounds"


KILOGRAMS_IN: dict[WeightUnit, Decimal] = {
    WeightUnit.KILOGRAMS: Decimal(1),
    WeightUnit.POUNDS: Decimal("0.45359237"),
}
"""By definition (international yard and pound agreement, 1959)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """As it was measured."""

    kilograms: Kilograms
    measured_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedWeight:
    """What the patient says they weigh, in the unit they say it in."""

    amount: Decimal = field(repr=False)
    unit: WeightUnit

    @property
    def kilograms(self) -> Kilograms:
        return Kilograms(self.amount * KILOGRAMS_IN[self.unit])


@dataclass(frozen=True, slots=True, kw_only=True)
class BelievedWeight:
    """What a session was cleared with."""

    session_id: SessionId
    kilograms: Kilograms = field(repr=False)


def differs_by_more(measured: Kilograms, known: Kilograms, percent: Decimal) -> bool:
    """Whether it is further from what is known than this share of it."""
    return abs(measured.value - known.value) * 100 > known.value * percent

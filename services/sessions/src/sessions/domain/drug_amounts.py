"""What a controlled drug is counted in: a solution in millilitres, everything else in whole pieces of one content.

Invariant: an amount says its unit, and no unit is taken for another; a piece is whole wherever the drug log sees it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from careflow_domain.errors import invalid
from sessions.domain.units import Milligrams


class DrugUnit(StrEnum):
    """As the label of a container counts what is in it."""

    MILLILITRE = "ml"
    TROCHE = "troche"
    CAPSULE = "capsule"
    TABLET = "tablet"
    DEVICE = "device"


FINEST: Final = Decimal("0.0001")
"""The smallest step in which amounts are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugQuantity:
    """So many of a unit. Refused: `amount_invalid`."""

    value: Decimal
    unit: DrugUnit

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value.is_signed():
            raise invalid("amount_invalid", "An amount is a number that is not negative.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one piece is, and how much of the drug is in it. Refused: `unit_not_counted`."""

    unit: DrugUnit
    content: Milligrams

    def __post_init__(self) -> None:
        if self.unit is DrugUnit.MILLILITRE:
            raise invalid("unit_not_counted", "A solution has a concentration; what is counted comes in pieces.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """So many pieces of one kind. Refused: `pieces_not_whole`."""

    number: Decimal = field(repr=False)
    piece: Piece

    def __post_init__(self) -> None:
        if self.number != self.number.to_integral_value():
            raise invalid("pieces_not_whole", "What comes in pieces is drawn up, given and entered in whole ones.")

    @property
    def mass(self) -> Milligrams:
        return Milligrams(self.piece.content.value * self.number)

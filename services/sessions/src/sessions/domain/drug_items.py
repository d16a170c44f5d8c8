"""What a container of a controlled drug holds, as its label says."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from careflow_domain.errors import invalid
from sessions.domain.doses import StatedDose
from sessions.domain.drug_amounts import FINEST, DrugQuantity, DrugUnit, Piece
from sessions.domain.units import NOTHING, Milligrams, MilligramsPerMillilitre


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is in the container, as its label says: a solution of some `concentration`, or pieces. What a pharmacy
    compounded for one patient has no `ndc`.
    """

    drug: str
    form: str
    ndc: str | None
    lot: str
    expires_on: date
    labelled: Milligrams
    concentration: MilligramsPerMillilitre | None = None
    piece: Piece | None = None

    @property
    def unit(self) -> DrugUnit:
        """What it is counted in."""
        return self.piece.unit if self.piece else DrugUnit.MILLILITRE

    @property
    def strength(self) -> Decimal:
        """Milligrams in one unit."""
        if self.piece is not None:
            return self.piece.content.value
        return self.concentration.value if self.concentration else Decimal(0)

    @property
    def whole(self) -> DrugQuantity:
        """All of it, full."""
        return self.quantity_of(self.labelled)

    def must_hold_something(self) -> None:
        """Refused: `strength_ambiguous`, `container_empty`, `pieces_not_whole`."""
        if (self.concentration is None) is (self.piece is None):
            raise invalid("strength_ambiguous", "A label states a concentration, or what is in one piece.")
        if not self.labelled or not self.strength:
            raise invalid("container_empty", "A container holds something, of some strength.")
        self.must_be_whole(self.labelled)

    def mass_of(self, quantity: DrugQuantity) -> Milligrams:
        """Milligrams in so many of its units. Refused: `unit_mismatch`, `pieces_not_whole`."""
        if quantity.unit is not self.unit:
            raise invalid("unit_mismatch", "The label of this container counts in another unit.")
        mass = Milligrams(self.strength * quantity.value)
        self.must_be_whole(mass)
        return mass

    def quantity_of(self, mass: Milligrams) -> DrugQuantity:
        """The same in its own unit, to a ten-thousandth."""
        return DrugQuantity(value=(mass.value / self.strength).quantize(FINEST), unit=self.unit)

    def must_be_whole(self, mass: Milligrams) -> None:
        """Refused: `pieces_not_whole`."""
        if self.piece is not None and mass.value % self.piece.content.value:
            raise invalid("pieces_not_whole", "What comes in pieces is drawn up, given and entered in whole ones.")

    def within(self, tolerance: Milligrams) -> Milligrams:
        """How far a count may be off: pieces are counted exactly."""
        return tolerance if self.piece is None else NOTHING

    def must_be_stated_by(self, dose: StatedDose) -> None:
        """A dose names how much of what this label says: the milligrams are what is in that. Refused: `volume_missing`,
        `concentration_mismatch`, `pieces_missing`, `unit_mismatch`, `strength_mismatch`,
        `dose_mismatch`.
        """
        if self.piece is not None:
            self._must_be_pieces(dose, self.piece)
            return
        if dose.volume is None or dose.concentration is None:
            raise invalid("volume_missing", "A dose is stated by its volume and the concentration of what it is from.")
        if dose.concentration != self.concentration:
            raise invalid("concentration_mismatch", "The label of this container says another concentration.")

    def _must_be_pieces(self, dose: StatedDose, piece: Piece) -> None:
        stated = dose.pieces
        if stated is None:
            raise invalid("pieces_missing", "A dose is stated by how many pieces it is, of what content.")
        if stated.piece.unit is not piece.unit:
            raise invalid("unit_mismatch", "The label of this container counts in another unit.")
        if stated.piece.content != piece.content:
            raise invalid("strength_mismatch", "The label of this container says another content of one piece.")
        if dose.mass != stated.mass:
            raise invalid("dose_mismatch", "The ways this dose is stated do not agree; compute it again.", way="pieces")

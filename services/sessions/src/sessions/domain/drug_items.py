"""What a container of a controlled drug holds, as its label says."""

from dataclasses import dataclass
from datetime import date

from careflow_domain.errors import invalid
from sessions.domain.doses import StatedDose
from sessions.domain.units import Milligrams, MilligramsPerMillilitre


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is in the container, as its label says."""

    drug: str
    form: str
    ndc: str
    lot: str
    expires_on: date
    labelled: Milligrams
    concentration: MilligramsPerMillilitre

    def must_be_stated_by(self, dose: StatedDose) -> None:
        """A dose names its volume and this label's concentration: the milligrams are what is in that volume of this.
        Refused: `volume_missing`, `concentration_mismatch`.
        """
        if dose.volume is None or dose.concentration is None:
            raise invalid("volume_missing", "A dose is stated by its volume and the concentration of what it is from.")
        if dose.concentration != self.concentration:
            raise invalid("concentration_mismatch", "The label of this container says another concentration.")

"""What a patient takes, or took until a while ago.

Invariant: that somebody says they stopped is a report; the drug counts until a prescriber has confirmed it, and then
until it is washed out.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

from careflow_domain.errors import conflict, invalid
from screening.domain.history import InformationSource
from screening.domain.ids import MedicationId, StaffId
from screening.domain.voiding import Voiding


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The last day a medication was taken, as somebody reported it, or as a prescriber confirmed it."""

    last_taken_on: date
    at: datetime
    by: str
    confirmed_by: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What somebody of the clinic says an unknown name means."""

    names: tuple[str, ...] = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """`ingredient` is its name as it was written, in lower case with single spaces. `stops` are all reports of its end;
    the last one counts.
    """

    id: MedicationId
    ingredient: str = field(repr=False)
    started_on: date | None = None
    stops: tuple[Stop, ...] = ()
    identified: Identification | None = None
    source: InformationSource
    recorded_at: datetime
    recorded_by: str
    detail: str = field(default="", repr=False)
    voided: Voiding | None = None

    @property
    def stop(self) -> Stop | None:
        """The newest report of its end."""
        return self.stops[-1] if self.stops else None

    @property
    def ended(self) -> bool:
        """Whether a prescriber has confirmed that it is no longer taken."""
        return self.stop is not None and self.stop.confirmed_by is not None

    @property
    def ground(self) -> str:
        """What a signature accepts of it: the drug, at what was recorded of its dose."""
        return " ".join(f"{self.ingredient} {self.detail}".lower().split())

    def counts(self, today: date, washout: timedelta) -> bool:
        """Whether it must be reckoned with: taken, said to be stopped, or not washed out yet. What was voided never was
        taken.
        """
        if self.voided is not None:
            return False
        if self.stop is None or not self.ended:
            return True
        return today < self.stop.last_taken_on + washout

    def voiding(self, voided: Voiding) -> Self:
        """It was recorded wrongly. Refused as `Voiding.check`."""
        voided.check(self.voided)
        return replace(self, voided=voided)

    def stopped(self, stop: Stop, *, today: date) -> Self:
        """One more report of its end; a prescriber's confirms.

        Refused: `medication_already_stopped`, `stop_already_reported`, `date_in_future`, `dates_contradict`.
        """
        if self.ended:
            raise conflict("medication_already_stopped", "A prescriber has confirmed this end already.")
        if self.stop is not None and stop.confirmed_by is None:
            raise conflict("stop_already_reported", "This end was reported; a prescriber confirms it.")
        if stop.last_taken_on > today:
            raise invalid("date_in_future", "What was taken last cannot lie in the future.")
        if self.started_on is not None and stop.last_taken_on < self.started_on:
            raise invalid("dates_contradict", "A medication ends after it began.")
        return replace(self, stops=(*self.stops, stop))


def as_written(text: str) -> str:
    """A drug's name as it is kept: lower case, single spaces."""
    return " ".join(text.lower().split())

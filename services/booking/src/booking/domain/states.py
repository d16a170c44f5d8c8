"""Where an appointment can stand, who booked it, and what it may wait for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.domain.visits import Ground


class Status(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    MISSED = "missed"
    LAPSED = "lapsed"
    """A hold that ran out or was given back: it never became an appointment, so nothing was ever said of it."""


class BookedBy(StrEnum):
    PATIENT = "patient"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Hold:
    """The visit waits for this, since then."""

    ground: Ground
    since: datetime

"""Where an appointment can stand, who booked it, what it may wait for, and who sees to it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody of the clinic, by the id of their login, sees to what is to be done about a visit: since `at`, and until
    `until` nobody else need.
    """

    by: str
    at: datetime
    until: datetime

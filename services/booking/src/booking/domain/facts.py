"""What can become true in booking. Facts are past tense, carry the aggregate as it is afterwards, and are what
`published.py` turns into events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from booking.domain.appointments import Appointment, BookedBy, Status
    from booking.domain.cancellations import CancelledBy, CancelReason
    from booking.domain.care_path import Stage
    from booking.domain.ids import PatientId
    from booking.domain.patients import DetailGroup, Patient
    from booking.domain.visits import Disposition, Ground


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true."""


@dataclass(frozen=True, slots=True)
class PatientRegistered(Fact):
    patient: Patient


@dataclass(frozen=True, slots=True)
class PatientDetailsChanged(Fact):
    """`changed` names the groups of details that differ."""

    patient: Patient
    changed: tuple[DetailGroup, ...]


@dataclass(frozen=True, slots=True)
class AppointmentFact(Fact):
    """Something that became true of an appointment, which is told as it is afterwards."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class AppointmentBooked(AppointmentFact):
    by: BookedBy


@dataclass(frozen=True, slots=True)
class AppointmentRescheduled(AppointmentFact):
    """`notice_minutes` is the time that was left to the slot given up."""

    by: BookedBy
    previous_starts_at: datetime
    notice_minutes: int


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(AppointmentFact):
    by: CancelledBy
    reason: CancelReason
    notice_minutes: int


@dataclass(frozen=True, slots=True)
class AppointmentArrived(AppointmentFact):
    """The patient is there, or on the line."""


@dataclass(frozen=True, slots=True)
class AppointmentCompleted(AppointmentFact):
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class AppointmentMissed(AppointmentFact):
    """The patient did not come."""


@dataclass(frozen=True, slots=True)
class AppointmentCorrected(AppointmentFact):
    """It had been recorded as `before` by mistake, or too early."""

    before: Status


@dataclass(frozen=True, slots=True)
class AppointmentPutOnHold(AppointmentFact):
    """The visit waits for `ground` too; everything it waits for is on the appointment."""

    ground: Ground


@dataclass(frozen=True, slots=True)
class AppointmentReleased(AppointmentFact):
    """The visit no longer waits for `ground`; what it still waits for is on the appointment."""

    ground: Ground


@dataclass(frozen=True, slots=True)
class CarePathStageChanged(Fact):
    patient_id: PatientId
    before: Stage
    after: Stage

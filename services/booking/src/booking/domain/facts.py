"""What can become true in booking. Facts are past tense, carry the aggregate as it is afterwards, and are what
`published.py` turns into events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from booking.domain.appointments import Appointment, BookedBy, CancelledBy, CancelReason
    from booking.domain.care_path import Stage
    from booking.domain.ids import PatientId
    from booking.domain.patients import DetailGroup, Patient
    from booking.domain.visits import Disposition


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
class AppointmentBooked(Fact):
    appointment: Appointment
    by: BookedBy


@dataclass(frozen=True, slots=True)
class AppointmentRescheduled(Fact):
    """`notice_minutes` is the time that was left to the slot given up."""

    appointment: Appointment
    by: BookedBy
    previous_starts_at: datetime
    notice_minutes: int


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(Fact):
    appointment: Appointment
    by: CancelledBy
    reason: CancelReason
    notice_minutes: int


@dataclass(frozen=True, slots=True)
class AppointmentArrived(Fact):
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class AppointmentCompleted(Fact):
    appointment: Appointment
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class AppointmentMissed(Fact):
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class CarePathStageChanged(Fact):
    patient_id: PatientId
    before: Stage
    after: Stage

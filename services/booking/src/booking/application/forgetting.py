"""What booking holds of a patient beside what is encrypted with their key: on which days they are at the clinic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.application.ports import Patients
from booking.domain.ids import PatientId
from booking.domain.intervals import Interval
from booking.domain.policy import BookingPolicy
from careflow_service.clock import Clock


class PatientDays(Protocol):
    async def forget(self, patient_id: PatientId, days: Sequence[date]) -> None: ...


@dataclass(frozen=True, slots=True)
class Forgetting:
    """A patient's days are found by their names alone, so all are gone through on which anything can have been booked:
    from the registration to the end of the horizon.
    """

    patients: Patients
    days: PatientDays
    policy: BookingPolicy
    zone: ZoneInfo
    clock: Clock

    async def __call__(self, patient_id: PatientId) -> None:
        """Does nothing for somebody whose record is gone: their days went before it."""
        for patient in await self.patients.several((patient_id,)):
            span = Interval(patient.registered_at, self.clock() + self.policy.horizon)
            await self.days.forget(patient_id, span.days(self.zone))

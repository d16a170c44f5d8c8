"""What booking holds of a patient beside what is encrypted with their key: on which days they are at the clinic."""

from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.intervals import Interval


async def forget(patient_id: PatientId, ports: Ports) -> None:
    """A patient's days are found by their names alone, so all are gone through on which anything can have been booked:
    from the registration to the end of the horizon. Does nothing for somebody whose record is gone: their days went
    before it.
    """
    for patient in await ports.patients.several((patient_id,)):
        span = Interval(patient.registered_at, ports.clock() + ports.policy.horizon)
        await ports.calendar_days.forget(patient_id, span.days(ports.zone))

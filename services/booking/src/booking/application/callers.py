"""Who calls for the first time, as a patient: registered with those they look like."""

from collections.abc import Sequence

from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from careflow_service.work import Transaction


def registered(
    patient_id: PatientId, details: PatientDetails, alike: Sequence[PatientId], tx: Transaction, ports: Ports
) -> Patient:
    """Raises as `Patient.registered`."""
    return Patient.registered(
        patient_id,
        details,
        policy=ports.policy,
        now=tx.now,
        today=tx.now.astimezone(ports.zone).date(),
        alike=tuple(alike),
    )

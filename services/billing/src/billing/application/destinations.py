"""What money is meant for: charges, or a visit whose charge it waits for."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.charges import Charge
from billing.domain.ids import AppointmentId, ChargeId, PatientId
from careflow_domain.errors import conflict, not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The charges it is for, or the visit whose charge it waits for."""

    charges: tuple[Charge, ...] = ()
    kept_for: AppointmentId | None = None

    @property
    def charge_ids(self) -> tuple[ChargeId, ...]:
        return tuple(each.id for each in self.charges)


async def charges_of_patient(charge_ids: Iterable[ChargeId], patient_id: PatientId, ports: Ports) -> Destination:
    """Each once, however often it is named. Raises `charge_not_found`."""
    found = await asyncio.gather(*(ports.charges.get(each, of=patient_id) for each in dict.fromkeys(charge_ids)))
    if any(charge.patient_id != patient_id for charge in found):
        raise not_found("charge")
    return Destination(charges=tuple(found))


async def visit_of_patient(appointment_id: AppointmentId, patient_id: PatientId, ports: Ports) -> Destination:
    """The visit's charge, where it is charged already. Raises `visit_not_found` and `visit_over`."""
    visit = await ports.visits.find(appointment_id, of=patient_id)
    if visit is None or visit.patient_id != patient_id:
        raise not_found("visit")
    charges = await ports.charges.of_day(ports.day_of(visit.starts_at), of=patient_id)
    charged = [charge for charge in charges if charge.rendered.appointment_id == visit.id]
    if not charged and not visit.is_to_be_charged:
        raise conflict("visit_over", "Nothing is going to be charged for this visit.")
    return Destination(charges=tuple(charged), kept_for=None if charged else visit.id)

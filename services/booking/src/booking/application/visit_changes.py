"""Changes a booked visit and lets the care path know. What every use case on an existing appointment shares."""

from collections.abc import Callable

from booking.application.holding import Holding
from booking.application.ownership import check_own, check_version
from booking.application.ports import Appointments, CarePaths
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor
from careflow_service.work import Transaction


class VisitChanges:
    """Invariant: an appointment, what its care path knows of it, and the holds that follow change together."""

    def __init__(self, appointments: Appointments, care_paths: CarePaths, holding: Holding) -> None:
        self._appointments = appointments
        self._care_paths = care_paths
        self._holding = holding

    async def apply(
        self,
        change: Callable[[Appointment], Appointment],
        appointment_id: AppointmentId,
        expected_version: int,
        actor: Actor,
        tx: Transaction,
    ) -> Appointment:
        """The appointment after the change. Raises `appointment_not_found`, `stale_version` and what `change`
        raises.
        """
        before = await self._appointments.get(appointment_id)
        check_own(actor, before.patient_id, "appointment")
        check_version(before.version, expected_version)
        after = change(before)
        path = await self._care_paths.get(before.patient_id, of=before.patient_id)
        return await self.save(after, expecting=before.version, path=path, tx=tx)

    async def add(self, appointment: Appointment, path: CarePath, tx: Transaction) -> Appointment:
        """A new one, booked on what this path says."""
        await self._appointments.add(appointment, tx)
        return await self._noted(appointment, path, tx)

    async def save(self, appointment: Appointment, *, expecting: int, path: CarePath, tx: Transaction) -> Appointment:
        """A changed one, decided on what this path says; as it is with its holds. Raises `stale_version`."""
        await self._appointments.save(appointment, expecting=expecting, tx=tx)
        return await self._noted(appointment, path, tx)

    async def _noted(self, appointment: Appointment, path: CarePath, tx: Transaction) -> Appointment:
        noted = path.note_visit(appointment, now=tx.now)
        after = await self._holding.settled(noted, tx)
        if after is not path:
            await self._care_paths.save(after, expecting=path.version, tx=tx)
        return appointment if after is noted else await self._appointments.get(appointment.id)

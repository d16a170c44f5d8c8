"""Changes a booked visit and lets the care path know. What every use case on an existing appointment shares."""

from collections.abc import Callable

from booking.application.ports import Appointments, CarePaths
from booking.application.preconditions import check_own, check_version
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from careflow_service.identity import Actor
from careflow_service.work import Transaction


class VisitChanges:
    """Invariant: an appointment and what its care path knows of it change together."""

    def __init__(self, appointments: Appointments, care_paths: CarePaths) -> None:
        self._appointments = appointments
        self._care_paths = care_paths

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
        await self._appointments.save(after, expecting=before.version, tx=tx)
        await note_visit(after, await self._care_paths.get(before.patient_id), self._care_paths, tx)
        return after


async def note_visit(appointment: Appointment, path: CarePath, care_paths: CarePaths, tx: Transaction) -> None:
    """Writes the path in any case: what was decided on it must not have been overtaken."""
    after = path.note_visit(appointment)
    if after is path:
        await care_paths.guard(path, tx)
    else:
        await care_paths.save(after, expecting=path.version, tx=tx)

"""Changes a booked visit and lets the care path know. What every use case on an existing appointment shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from booking.application.holding import settle_holds
from booking.application.offering import note_freed
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from booking.domain.merging import check_in_use
from careflow_service.identity import Actor
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class VisitChanges:
    """Invariant: an appointment, what its care path knows of it, the holds that follow, and what is offered of the time
    it gave up change together.
    """

    ports: Ports

    async def apply(
        self,
        change: Callable[[Appointment], Appointment],
        appointment_id: AppointmentId,
        expected_version: int,
        actor: Actor,
        tx: Transaction,
    ) -> Appointment:
        """The appointment after the change. Raises `appointment_not_found`, `stale_version`, `patient_merged` and
        what `change` raises.
        """
        before, path = await self.seen(appointment_id, expected_version, actor)
        (saved,) = await self.save(path, tx, (change(before), before.version))
        return saved

    async def seen(
        self, appointment_id: AppointmentId, expected_version: int, actor: Actor
    ) -> tuple[Appointment, CarePath]:
        """What is to be changed, as somebody saw it, and its patient's path. Raises as `apply`."""
        before = await self.ports.appointments.get(appointment_id)
        check_own(actor, before.patient_id, "appointment")
        before.check_seen(expected_version)
        path = await self.ports.care_paths.get(before.patient_id, of=before.patient_id)
        check_in_use(path)
        return before, path

    async def add(self, path: CarePath, tx: Transaction, *appointments: Appointment) -> tuple[Appointment, ...]:
        """New ones, booked on what this path says."""
        return await self.save(path, tx, added=appointments)

    async def save(
        self, path: CarePath, tx: Transaction, *changed: tuple[Appointment, int], added: Sequence[Appointment] = ()
    ) -> tuple[Appointment, ...]:
        """Changed ones, each from the version it had, and new ones, decided on what this path says; as they are with
        their holds. Raises `stale_version`.
        """
        for each, expecting in changed:
            await self.ports.appointments.save(each, expecting=expecting, tx=tx)
            await note_freed(each, tx, self.ports)
        for each in added:
            await self.ports.appointments.add(each, tx)
        return await self._noted([*(each for each, _ in changed), *added], path, tx)

    async def _noted(
        self, appointments: Sequence[Appointment], path: CarePath, tx: Transaction
    ) -> tuple[Appointment, ...]:
        """The holds follow once all of them are known: what is between two changes holds nothing."""
        noted = path
        for each in appointments:
            noted = noted.note_visit(each, now=tx.now)
        after = await settle_holds(path, noted, tx, self.ports)
        await upsert(self.ports.care_paths, path, after, tx)
        if after is noted:
            return tuple(appointments)
        return tuple([await self.ports.appointments.get(each.id) for each in appointments])

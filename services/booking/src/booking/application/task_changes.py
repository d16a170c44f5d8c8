"""Changes who sees to what is to be done about a visit. What every use case on a task shares.

Whoever is second is told who has it, not that the visit has changed: nothing of it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from booking.application.ports import Appointments
from booking.application.results import Saved
from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId
from booking.domain.policy import BookingPolicy
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class TaskChanges:
    appointments: Appointments
    policy: BookingPolicy
    work: Work

    async def apply(
        self,
        change: Callable[[Appointment, BookingPolicy, datetime], Appointment],
        appointment_id: AppointmentId,
        expected_version: int,
        *,
        by: Actor,
        action: str,
        request: RequestKey | None,
    ) -> Committed[Saved]:
        """Raises `appointment_not_found`, `stale_version` and what `change` raises; it is given the time."""

        async def work(tx: Transaction) -> Saved:
            before = await self.appointments.get(appointment_id)
            before.check_seen(expected_version)
            after = change(before, self.policy, tx.now)
            await self.appointments.save(after, expecting=before.version, tx=tx)
            return Saved(after.id, after.version)

        return await self.work.run(work, by=by, action=action, returns=Saved, request=request)

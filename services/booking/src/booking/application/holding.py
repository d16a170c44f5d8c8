"""Brings the holds of a patient's booked visits up to what their care path says.

Invariant: a path and the holds that follow from it are written by the same transaction.
"""

from booking.application.ports import Appointments
from booking.domain.care_path import CarePath
from booking.domain.holds import grounds
from booking.domain.policy import BookingPolicy
from careflow_service.work import Transaction


class Holding:
    """Level-triggered: what is on hold already, for the same grounds, is left alone."""

    def __init__(self, appointments: Appointments, policy: BookingPolicy) -> None:
        self._appointments = appointments
        self._policy = policy

    async def settled(self, path: CarePath, tx: Transaction) -> CarePath:
        """The path with every booked visit held by exactly what holds it; the visits that changed are saved."""
        for visit in path.booked():
            standing = grounds(path, visit)
            if set(standing) == set(visit.grounds):
                continue
            before = await self._appointments.get(visit.appointment_id)
            after = before.waiting_for(standing, self._policy, now=tx.now)
            await self._appointments.save(after, expecting=before.version, tx=tx)
            path = path.note_visit(after, now=tx.now)
        return path

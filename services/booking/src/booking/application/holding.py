"""Brings the holds of a patient's booked visits up to what their care path says, and asks about the integrations that
a change has left without a dose; withdraws what is offered to a patient who may not have it any more.

Invariant: a path and what follows from it for its visits are written by the same transaction.
"""

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.holds import grounds
from booking.domain.left_behind import integrating, left_behind
from careflow_service.work import Transaction


async def settle_holds(known: CarePath, path: CarePath, tx: Transaction, ports: Ports) -> CarePath:
    """The path, which was as `known` before, with every booked visit held by exactly what holds it; the visits that
    changed are saved. Level-triggered: what is on hold already, for the same grounds, is left alone.
    """
    lost, integrates = left_behind(known, path), integrating(path)
    for visit in (*path.booked(), *path.unmarked()):
        standing = visit.grounds if visit.unmarked else grounds(path, visit)
        gone = visit.appointment_id in lost or (visit.dose_gone and visit.appointment_id not in integrates)
        if set(standing) == set(visit.grounds) and gone == visit.dose_gone:
            continue
        before = await ports.appointments.get(visit.appointment_id)
        after = before if gone == visit.dose_gone else before.with_dose_gone(gone=gone, now=tx.now)
        after = after.waiting_for(standing, ports.policy, now=tx.now)
        await ports.appointments.save(after, expecting=before.version, tx=tx)
        path = path.note_visit(after, now=tx.now)
    return await Offering(ports).settled(path, tx)

"""How a reaction changes a care path: the one there is, or a stub for a patient whose registration is not known yet."""

from collections.abc import Callable
from typing import TypeVar

from booking.application.holding import settle_holds
from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.course import Course
from booking.domain.ids import PatientId
from careflow_events.contracts import PatientEvent
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction

D = TypeVar("D", bound=PatientEvent)


async def reacting(event: Received[D], tx: Transaction, ports: Ports, change: Callable[[CarePath], CarePath]) -> None:
    """Level-triggered: a fact that is known already changes nothing."""
    await changing(PatientId(event.data.patient_id), tx, ports, change)


async def treating(event: Received[D], tx: Transaction, ports: Ports, change: Callable[[Course], Course]) -> None:
    """Something became known of the patient's course of treatment."""
    await reacting(event, tx, ports, lambda path: path.treated(change, now=tx.now))


async def changing(
    patient_id: PatientId, tx: Transaction, ports: Ports, change: Callable[[CarePath], CarePath]
) -> None:
    """Writes the path as the change leaves it, with the holds that follow from it."""
    path = await ports.care_paths.find(patient_id, of=patient_id)
    before = path or CarePath(id=patient_id)
    after = await settle_holds(before, change(before), tx, ports)
    await upsert(ports.care_paths, path, after, tx)

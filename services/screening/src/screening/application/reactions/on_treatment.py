"""Booking said something of a dosing visit: the questions before it are planned, follow it, or end with it."""

from typing import TypeVar

from careflow_events.contracts import AppointmentEvent, codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import AppointmentId, PatientId
from screening.domain.pre_session import PreSessionScreen

V = TypeVar("V", bound=AppointmentEvent)

_WILL_TAKE_PLACE = (codes.AppointmentStatus.BOOKED, codes.AppointmentStatus.ARRIVED)


async def on_treatment(event: Received[V], tx: Transaction, ports: Ports) -> None:
    """One reaction for all of them, because each event carries the whole appointment; an older one changes nothing."""
    visit = event.data
    if visit.kind is not codes.AppointmentKind.DOSING:
        return
    opens_before = ports.policy.pre_session.opens_before.length
    visit_id, patient_id = AppointmentId(visit.appointment_id), PatientId(visit.patient_id)
    takes_place = visit.status in _WILL_TAKE_PLACE
    before = await ports.screens.find(visit_id, of=patient_id)
    if before is None:
        if takes_place:
            planned = PreSessionScreen.planned(visit_id, patient_id, visit.version, visit.starts_at, opens_before)
            await ports.screens.add(planned, tx)
        return
    if takes_place:
        after = before.moved(visit.version, visit.starts_at, opens_before)
    else:
        after = before.withdrawn(visit.version)
    if after is not before:
        await ports.screens.save(after, expecting=before.version, tx=tx)
        await _withdraw(before, after, tx, ports)


async def _withdraw(before: PreSessionScreen, after: PreSessionScreen, tx: Transaction, ports: Ports) -> None:
    """What is no longer asked for before the visit."""
    gone = set(before.requests) - set(after.requests)
    case = await ports.cases.open_of(before.patient_id) if gone else None
    if case is None:
        return
    changed = case.withdrawing(gone, now=tx.now)
    if changed is not case:
        await ports.cases.save(changed, expecting=case.version, tx=tx)

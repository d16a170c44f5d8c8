"""Reactions to treatment sessions: the visit is under way or over, a preparation is done, a dose was given.

A visit that booking has ended meanwhile stays as it is: what took place is the session's record.
"""

from collections.abc import Callable
from typing import TypeVar

from booking.application.care_path_reactions import reacting, treating
from booking.application.ports import Ports
from booking.domain.appointments import Appointment
from booking.domain.course import Course, Dose
from booking.domain.ids import AppointmentId, PatientId, PlanId, SessionId
from booking.domain.visits import Phase
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction

S = TypeVar("S", bound=contracts.SessionEvent)


async def on_session_checked_in(event: Received[contracts.SessionCheckedIn], tx: Transaction, ports: Ports) -> None:
    await _visit(event, tx, ports, lambda visit: visit.checked_in(now=tx.now))


async def on_session_completed(event: Received[contracts.SessionCompleted], tx: Transaction, ports: Ports) -> None:
    """That the patient is prepared is noted first: else the doses would wait for a preparation that is just over."""
    if event.data.kind is codes.AppointmentKind.PREPARATION:
        await treating(event, tx, ports, Course.preparation_completed)
    await _visit(event, tx, ports, Appointment.fulfilled)


async def on_session_ended(event: Received[S], tx: Transaction, ports: Ports) -> None:
    """Aborted after it had started, or refused: the patient came, and the visit's time was theirs. A session that is
    refused may go on as a therapy hour of the same visit. A therapy hour that ends so was not held: what it was for is
    still to be done.
    """
    await _visit(event, tx, ports, Appointment.fulfilled)
    if event.data.kind is not codes.AppointmentKind.DOSING:
        visit = AppointmentId(event.data.appointment_id)
        await reacting(event, tx, ports, lambda path: path.hour_not_held(visit, now=tx.now))


async def on_dose_administered(event: Received[contracts.DoseAdministered], tx: Transaction, ports: Ports) -> None:
    data = event.data
    dose = Dose(
        SessionId(data.session_id),
        AppointmentId(data.appointment_id),
        PlanId(data.plan_id) if data.plan_id else None,
        next((phase for phase in Phase if phase.value == data.phase), None),  # unknown of a newer producer
        data.at,
    )
    await treating(event, tx, ports, lambda course: course.dose_given(dose))


async def _visit(
    event: Received[S], tx: Transaction, ports: Ports, change: Callable[[Appointment], Appointment]
) -> None:
    """An appointment that is not known here belongs to nobody's calendar; there is nothing to change."""
    patient_id = PatientId(event.data.patient_id)
    before = await ports.appointments.find(AppointmentId(event.data.appointment_id), of=patient_id)
    if before is None or before.patient_id != patient_id:
        return
    after = change(before)
    if after is not before:
        await ports.appointments.save(after, expecting=before.version, tx=tx)
        await reacting(event, tx, ports, lambda path: path.note_visit(after, now=tx.now))

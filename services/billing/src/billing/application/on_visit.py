"""Reactions to appointments: what is to come, the estimate it wants, and what a lost visit costs."""

from billing.application.account_of import account_of
from billing.application.fees import open_fee, visit_took_place
from billing.application.ports import Ports
from billing.application.rendered_services import place_of
from billing.application.wanted_estimates import want_estimate, withdraw_estimate
from billing.domain.fee_cases import FeeCause
from billing.domain.ids import AppointmentId, PatientId, PlanId, StaffId
from billing.domain.visits import FREE_KINDS, Visit, VisitKind, VisitState
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_booked(
    event: Received[contracts.ConsultationBooked] | Received[contracts.TreatmentBooked], tx: Transaction, ports: Ports
) -> None:
    visit = await _note(event.data, VisitState.BOOKED, tx, ports)
    if visit is not None and visit.kind not in FREE_KINDS:
        await want_estimate(visit, event.time, tx, ports)


async def on_rescheduled(
    event: Received[contracts.ConsultationRescheduled] | Received[contracts.TreatmentRescheduled],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The same visit at another time: neither a fee nor a new estimate."""
    await _note(event.data, VisitState.BOOKED, tx, ports)


async def on_arrived(
    event: Received[contracts.ConsultationArrived] | Received[contracts.TreatmentArrived],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The patient is there: whatever was to be charged for not coming is not."""
    visit = await _note(event.data, VisitState.ARRIVED, tx, ports)
    if visit is not None:
        await visit_took_place(visit.id, tx, ports)


async def on_cancelled(
    event: Received[contracts.ConsultationCancelled] | Received[contracts.TreatmentCancelled],
    tx: Transaction,
    ports: Ports,
) -> None:
    """Costs something only where the patient gave it up, and too late."""
    visit = await _note(event.data, VisitState.CANCELLED, tx, ports)
    if visit is None:
        return
    await withdraw_estimate(visit, tx, ports)
    if event.data.cancelled_by is codes.CancelledBy.PATIENT:
        notice = event.data.notice_minutes
        await open_fee(visit, FeeCause.LATE_CANCELLATION, notice, lost_at=event.time, tx=tx, ports=ports)


async def on_missed(
    event: Received[contracts.ConsultationMissed] | Received[contracts.TreatmentMissed], tx: Transaction, ports: Ports
) -> None:
    visit = await _note(event.data, VisitState.MISSED, tx, ports)
    if visit is not None:
        await open_fee(visit, FeeCause.NO_SHOW, 0, lost_at=visit.starts_at, tx=tx, ports=ports)


async def on_corrected(event: Received[contracts.AppointmentCorrected], tx: Transaction, ports: Ports) -> None:
    """The visit was not lost after all: whatever was charged for that is not owed."""
    came = event.data.to is codes.AppointmentStatus.ARRIVED
    visit = await _note(event.data, VisitState.ARRIVED if came else VisitState.BOOKED, tx, ports)
    if visit is not None:
        await visit_took_place(visit.id, tx, ports)


async def on_session_refused(event: Received[contracts.SessionRefused], tx: Transaction, ports: Ports) -> None:
    """The clinic did not treat: that never costs anything, whoever could have arranged what was missing."""
    await visit_took_place(AppointmentId(event.data.appointment_id), tx, ports)


async def _note(data: contracts.AppointmentEvent, state: VisitState, tx: Transaction, ports: Ports) -> Visit | None:
    """The visit as it is now, or None when billing knew as much already."""
    await account_of(PatientId(data.patient_id), tx, ports)
    newer = Visit(
        id=AppointmentId(data.appointment_id),
        patient_id=PatientId(data.patient_id),
        kind=VisitKind(data.kind.value),
        starts_at=data.starts_at,
        state=state,
        providers=tuple(StaffId(provider.id) for provider in data.providers),
        place_of_service=place_of(data.modality),
        plan_id=PlanId(data.plan_id) if data.plan_id else None,
        appointment_version=data.version,
    )
    known = await ports.visits.find(newer.id)
    if known is None:
        await ports.visits.add(newer, tx)
        return newer
    after = known.updated(newer)
    if after is known:
        return None
    await ports.visits.save(after, expecting=known.version, tx=tx)
    return after

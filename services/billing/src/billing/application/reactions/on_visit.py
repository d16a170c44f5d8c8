"""Reactions to appointments: what is to come, the estimate it wants, and what a lost visit costs."""

from billing.application.account_of import account_of
from billing.application.bookkeeping import open_books
from billing.application.coverage_of_visits import judged
from billing.application.fees import Around, around_dose, dose_became, open_fee, visit_took_place
from billing.application.lost_visits import free_all_of
from billing.application.ports import Ports
from billing.application.rendered_services import place_of
from billing.application.wanted_estimates import name_providers, reprice, want_estimate
from billing.domain.accounts import Account
from billing.domain.courses import Course
from billing.domain.fee_cases import FeeCase, FeeCause
from billing.domain.ids import AppointmentId, PatientId, PlanId, StaffId
from billing.domain.visits import Visit, VisitKind, VisitState
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


async def on_booked(
    event: Received[contracts.ConsultationBooked] | Received[contracts.TreatmentBooked], tx: Transaction, ports: Ports
) -> None:
    patient_id = PatientId(event.data.patient_id)
    await account_of(patient_id, tx, ports)  # and with it the patient's mark: what is missing is asked for once
    (visit, to_come), known, course = await side_by_side(
        _note_among(event.data, VisitState.BOOKED, tx, ports),
        ports.estimates.all_of(patient_id),
        _course_of(event.data, ports),
    )
    if visit is not None and visit.is_to_be_charged:
        await want_estimate(visit, course, known, to_come, event.time, tx, ports)


async def on_rescheduled(
    event: Received[contracts.ConsultationRescheduled] | Received[contracts.TreatmentRescheduled],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The same visit at another time: no fee, and a new version of its estimate only where it costs something else."""
    (visit, to_come), estimates, around = await side_by_side(
        _note_among(event.data, VisitState.BOOKED, tx, ports),
        ports.estimates.all_of(PatientId(event.data.patient_id)),
        _around(event.data, ports),
    )
    if visit is not None:
        await reprice(visit, estimates, to_come, tx, ports)
        await dose_became(visit, around, tx, ports)


async def on_reassigned(
    event: Received[contracts.ConsultationReassigned] | Received[contracts.TreatmentReassigned],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The same visit by somebody else: no fee; whether it may be billed is judged by them, its estimate names them."""
    (visit, to_come), estimates = await side_by_side(
        _note_among(event.data, VisitState.BOOKED, tx, ports), ports.estimates.all_of(PatientId(event.data.patient_id))
    )
    if visit is not None:
        await name_providers(visit, estimates, to_come, tx, ports)


async def on_arrived(
    event: Received[contracts.ConsultationArrived] | Received[contracts.TreatmentArrived],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The patient is there: whatever was to be charged for not coming is not."""
    visit, fee, around = await side_by_side(
        _note(event.data, VisitState.ARRIVED, tx, ports), _fee_for(event.data, ports), _around(event.data, ports)
    )
    if visit is not None:
        await visit_took_place(fee, tx, ports)
        await dose_became(visit, around, tx, ports)


async def on_cancelled(
    event: Received[contracts.ConsultationCancelled] | Received[contracts.TreatmentCancelled],
    tx: Transaction,
    ports: Ports,
) -> None:
    """Costs something only where the patient gave it up, and too late."""
    patient_id = PatientId(event.data.patient_id)
    (visit, to_come), (fee, around), opened, links = await side_by_side(
        _note_among(event.data, VisitState.CANCELLED, tx, ports),
        side_by_side(_fee_for(event.data, ports), _around(event.data, ports)),
        open_books(patient_id, ports),
        ports.links.all_of(patient_id),
    )
    if visit is None:
        return
    await free_all_of(visit, opened, links, to_come, tx, ports)
    await dose_became(visit, around, tx, ports)
    if event.data.cancelled_by is codes.CancelledBy.PATIENT and fee is None and not visit.not_treated:
        notice = event.data.notice_minutes
        await open_fee(
            visit,
            FeeCause.LATE_CANCELLATION,
            notice,
            lost_at=event.time,
            tx=tx,
            ports=ports,
            decision=event.causation,  # booking gives up a dosing visit and its integration by one command
        )


async def on_missed(
    event: Received[contracts.ConsultationMissed] | Received[contracts.TreatmentMissed], tx: Transaction, ports: Ports
) -> None:
    patient_id = PatientId(event.data.patient_id)
    (visit, to_come), (fee, around), opened, links = await side_by_side(
        _note_among(event.data, VisitState.MISSED, tx, ports),
        side_by_side(_fee_for(event.data, ports), _around(event.data, ports)),
        open_books(patient_id, ports),
        ports.links.all_of(patient_id),
    )
    if visit is None:
        return
    await free_all_of(visit, opened, links, to_come, tx, ports)
    await dose_became(visit, around, tx, ports)
    if fee is None and not visit.not_treated:
        await open_fee(visit, FeeCause.NO_SHOW, 0, lost_at=visit.starts_at, tx=tx, ports=ports)


async def on_corrected(event: Received[contracts.AppointmentCorrected], tx: Transaction, ports: Ports) -> None:
    """The visit was not lost after all: whatever was charged for that is not owed, and it has its place again."""
    came = event.data.to is codes.AppointmentStatus.ARRIVED
    patient_id = PatientId(event.data.patient_id)
    state = VisitState.ARRIVED if came else VisitState.BOOKED
    (visit, to_come), (fee, around), known, course = await side_by_side(
        _note_among(event.data, state, tx, ports),
        side_by_side(_fee_for(event.data, ports), _around(event.data, ports)),
        ports.estimates.all_of(patient_id),
        _course_of(event.data, ports),
    )
    if visit is None:
        return
    await visit_took_place(fee, tx, ports)
    await dose_became(visit, around, tx, ports)
    if visit.is_to_be_charged:
        await want_estimate(visit, course, known, to_come, event.time, tx, ports)


async def on_session_refused(event: Received[contracts.SessionRefused], tx: Transaction, ports: Ports) -> None:
    """The clinic did not treat: that never costs anything, whoever could have arranged what was missing, and nothing is
    kept for it any more. What it was for is still to be done, by another visit. It may be heard before the visit is.
    """
    data = event.data
    patient_id, visit_id = PatientId(data.patient_id), AppointmentId(data.appointment_id)
    account, (known, to_come), (fee, links, around), opened = await side_by_side(
        account_of(patient_id, tx, ports),
        side_by_side(ports.visits.find(visit_id, of=patient_id), ports.visits.to_come(patient_id, tx.now)),
        side_by_side(_fee_for(data, ports), ports.links.all_of(patient_id), _around(data, ports)),
        open_books(patient_id, ports),
    )
    visit = known or Visit.unheard_of(
        visit_id, patient_id, VisitKind(data.kind.value), PlanId(data.plan_id) if data.plan_id else None, at=data.at
    )
    refused = judged(visit.refused(), account, tx, ports)
    await upsert(ports.visits, known, refused, tx)
    await visit_took_place(fee, tx, ports)
    await free_all_of(refused, opened, links, to_come, tx, ports)
    await dose_became(refused, around, tx, ports)


async def _fee_for(data: contracts.AppointmentEvent | contracts.SessionRefused, ports: Ports) -> FeeCase | None:
    return await ports.fees.find(AppointmentId(data.appointment_id), of=PatientId(data.patient_id))


async def _around(data: contracts.AppointmentEvent | contracts.SessionRefused, ports: Ports) -> Around:
    plan_id = PlanId(data.plan_id) if data.plan_id else None
    return await around_dose(VisitKind(data.kind.value), plan_id, PatientId(data.patient_id), ports)


async def _course_of(data: contracts.AppointmentEvent, ports: Ports) -> Course | None:
    return await ports.courses.find(PlanId(data.plan_id), of=PatientId(data.patient_id)) if data.plan_id else None


async def _note(data: contracts.AppointmentEvent, state: VisitState, tx: Transaction, ports: Ports) -> Visit | None:
    """The visit as it is now, or None when billing knew as much already."""
    newer = _told(data, state)
    account, known = await side_by_side(
        account_of(newer.patient_id, tx, ports), ports.visits.find(newer.id, of=newer.patient_id)
    )
    return await _keep(newer, known, account, tx, ports)


async def _note_among(
    data: contracts.AppointmentEvent, state: VisitState, tx: Transaction, ports: Ports
) -> tuple[Visit | None, list[Visit]]:
    """The same, and the patient's visits to come as they were before."""
    newer = _told(data, state)
    account, known, to_come = await side_by_side(
        account_of(newer.patient_id, tx, ports),
        ports.visits.find(newer.id, of=newer.patient_id),
        ports.visits.to_come(newer.patient_id, tx.now),
    )
    return await _keep(newer, known, account, tx, ports), to_come


def _told(data: contracts.AppointmentEvent, state: VisitState) -> Visit:
    return Visit(
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


async def _keep(newer: Visit, known: Visit | None, account: Account, tx: Transaction, ports: Ports) -> Visit | None:
    after = known.updated(newer) if known else newer
    if after is not known:
        after = judged(after, account, tx, ports)
    await upsert(ports.visits, known, after, tx)
    return None if after is known else after

"""Booking said something of a treatment visit: its session is what the newest snapshot says.

One reaction for all of them, because each event carries the whole appointment; whichever is heard first makes the
session, unless somebody at the clinic opened it already.
"""

from typing import TypeVar

from careflow_events.contracts import (
    AppointmentCorrected,
    AppointmentEvent,
    TreatmentArrived,
    TreatmentBooked,
    TreatmentCancelled,
    TreatmentMissed,
    TreatmentReassigned,
    TreatmentRescheduled,
    codes,
)
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.outreach import follow_attendance
from sessions.application.ports import Ports
from sessions.application.rendered_services import with_place_billed
from sessions.domain.appointments import AppointmentSnapshot, AppointmentStatus
from sessions.domain.booked_sessions import appointment_became, scheduled
from sessions.domain.ids import AppointmentId, LocationId, PatientId, PlanId, SessionId, StaffId
from sessions.domain.words import Modality, Phase, Provider, ProviderRole, VisitKind

TreatmentEvent = (
    TreatmentBooked
    | TreatmentRescheduled
    | TreatmentReassigned
    | TreatmentCancelled
    | TreatmentArrived
    | TreatmentMissed
    | AppointmentCorrected
)

T = TypeVar("T", bound=TreatmentEvent)

_UNDERSTOOD = frozenset(VisitKind)


async def on_treatment(event: Received[T], tx: Transaction, ports: Ports) -> None:
    """Make sure the session is there and says what booking says; a visit of a newer kind has no session here."""
    snapshot = _snapshot(event.data)
    if snapshot is None:
        return
    known = await ports.sessions.of_appointment(snapshot.id, of=snapshot.patient_id)
    after = scheduled(SessionId(tx.new_id()), snapshot) if known is None else appointment_became(known, snapshot)
    if known is not None:
        after = with_place_billed(known, after, ports, now=tx.now)
    await follow_attendance(known, after, snapshot.status, tx, ports)
    await upsert(ports.sessions, known, after, tx)


def _snapshot(data: AppointmentEvent) -> AppointmentSnapshot | None:
    if data.kind.value not in _UNDERSTOOD or data.status is codes.AppointmentStatus.UNKNOWN:
        return None
    phase = None if data.phase is None or data.phase is codes.Phase.UNKNOWN else Phase(data.phase.value)
    modality = None if data.modality is codes.Modality.UNKNOWN else Modality(data.modality.value)
    return AppointmentSnapshot(
        id=AppointmentId(data.appointment_id),
        version=data.version,
        patient_id=PatientId(data.patient_id),
        kind=VisitKind(data.kind.value),
        phase=phase,
        starts_at=data.starts_at,
        ends_at=data.ends_at,
        modality=modality,
        providers=tuple(
            Provider(StaffId(each.id), ProviderRole(each.role.value))
            for each in data.providers
            if each.role is not codes.ProviderRole.UNKNOWN
        ),
        location_id=LocationId(data.location_id),
        plan_id=PlanId(data.plan_id) if data.plan_id else None,
        status=AppointmentStatus(data.status.value),
    )

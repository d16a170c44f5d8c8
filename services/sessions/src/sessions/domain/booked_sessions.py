"""The session of an appointment, as booking says that is.

Invariants: an older version of the appointment changes nothing; a session that has started keeps its own course, and
how somebody said it is held.
"""

from dataclasses import replace

from sessions.domain.appointments import AppointmentSnapshot, AppointmentStatus
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session, SessionCheckedIn
from sessions.domain.states import BEFORE_START, SessionState
from sessions.domain.words import Modality, VisitKind


def scheduled(session_id: SessionId, appointment: AppointmentSnapshot) -> Session:
    """The session of an appointment heard of for the first time, in whatever state that is."""
    blank = _blank(session_id, appointment)
    return replace(appointment_became(blank, appointment), version=1)


def appointment_became(session: Session, appointment: AppointmentSnapshot) -> Session:
    """What booking says now. A session the clinic opened for somebody or something else than was booked begins anew:
    nothing of it was theirs. News without anything new is no change either, such as the arrival that was recorded here
    and is heard back: whoever is at the bedside goes on with the version they have read.
    """
    if appointment.version <= session.appointment_version:
        return session
    booked = (appointment.patient_id, appointment.kind)
    opened_here = session.state in BEFORE_START and session.appointment_version == 0
    if opened_here and booked != (session.patient_id, session.kind):
        return _told(replace(_blank(session.id, appointment), version=session.version), appointment)
    after = _told(session, appointment)
    unchanged = replace(after, version=session.version, appointment_version=session.appointment_version) == session
    return session if unchanged else after


def _blank(session_id: SessionId, appointment: AppointmentSnapshot) -> Session:
    return Session.opened(session_id, appointment.id, appointment.patient_id, appointment.kind, appointment.location_id)


def _held(session: Session, appointment: AppointmentSnapshot) -> Modality | None:
    """How it takes place: as it is booked, until it has begun or somebody there said how; then that."""
    if session.said_held or (session.started_at is not None and session.modality is not None):
        return session.modality
    if appointment.modality is None and appointment.kind is VisitKind.DOSING:
        return Modality.IN_PERSON
    return appointment.modality


def _told(session: Session, appointment: AppointmentSnapshot) -> Session:
    known = replace(
        session.recording(),
        appointment_version=appointment.version,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        modality=_held(session, appointment),
        providers=appointment.providers,
        location_id=appointment.location_id,
        phase=appointment.phase or session.phase,
        plan_id=appointment.plan_id or session.plan_id,
    )
    match appointment.status:
        case AppointmentStatus.CANCELLED if session.state in BEFORE_START:
            return replace(known, state=SessionState.CANCELLED)
        case AppointmentStatus.MISSED if session.state in BEFORE_START:
            return replace(known, state=SessionState.MISSED)
        case AppointmentStatus.BOOKED if session.state in (SessionState.CANCELLED, SessionState.MISSED):
            return replace(known, state=SessionState.SCHEDULED)
        case AppointmentStatus.ARRIVED if session.state in (SessionState.SCHEDULED, SessionState.MISSED):
            arrived = replace(known, state=SessionState.ARRIVED)
            return arrived.saying(SessionCheckedIn(session=arrived, at=appointment.starts_at))
    return known

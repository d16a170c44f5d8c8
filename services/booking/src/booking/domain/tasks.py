"""What somebody of the clinic has to see to about a visit. Derived from the visit, never stored: it is done when the
visit is arrived at, ended, missed, corrected, released or called off, and when its patient was told. Who sees to it
meanwhile is kept with the visit (`seen_to`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.domain.appointment_record import AppointmentRecord
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from booking.domain.telling import TO_BE_TOLD
from booking.domain.visits import DISPOSITIONS


class TaskKind(StrEnum):
    CALL_PATIENT = "call_patient"
    """The visit has begun without the patient: they are called; nobody is recorded as missing by a clock."""
    MARK_VISIT = "mark_visit"
    """Its day is over, and nobody has said what became of it."""
    TELL_PATIENT = "tell_patient"
    """No message could tell the patient what has become of it, or that it is near, or that a time is kept for them, or
    is no longer."""
    SETTLE_HOLD = "settle_hold"
    """It is on hold, and too near to be called off by itself."""
    SETTLE_INTEGRATION = "settle_integration"
    """Its dosing visit is called off, or was over without a dose: it is called off, moved or kept; once it has begun,
    the patient came or it is called off.
    """
    END_CONSULTATION = "end_consultation"
    """Its day is over, the patient was there, and nobody has said how it ended: until then their way does not go on."""
    REASSIGN_VISIT = "reassign_visit"
    """Somebody, or its room, cannot give it any more: it is given to somebody else, moved or called off."""


@dataclass(frozen=True, slots=True)
class VisitTask:
    """To be done from `since` on."""

    kind: TaskKind
    since: datetime


def task_of(visit: AppointmentRecord, policy: BookingPolicy) -> VisitTask | None:
    """What is to be done about a visit as it stands, and from when on; there is one thing at a time."""
    if visit.status is Status.BOOKED and visit.unmarked:
        alone = visit.dose_gone_since is not None
        return VisitTask(TaskKind.SETTLE_INTEGRATION if alone else TaskKind.MARK_VISIT, visit.day_ends)
    if visit.untold_since is not None and visit.status in TO_BE_TOLD:
        return VisitTask(TaskKind.TELL_PATIENT, visit.untold_since)
    if visit.status is Status.ARRIVED and visit.kind in DISPOSITIONS:
        return VisitTask(TaskKind.END_CONSULTATION, visit.day_ends)
    if visit.status is not Status.BOOKED:
        return None
    if visit.holds:
        if visit.cancels_at is not None:
            return None
        return VisitTask(TaskKind.SETTLE_HOLD, min(hold.since for hold in visit.holds))
    if visit.dose_gone_since is not None:
        return VisitTask(TaskKind.SETTLE_INTEGRATION, visit.dose_gone_since)
    if visit.unfit_since is not None:
        return VisitTask(TaskKind.REASSIGN_VISIT, visit.unfit_since)
    return VisitTask(TaskKind.CALL_PATIENT, visit.starts_at + policy.arrival_grace)

"""What becomes known of a care path, one step at a time."""

from collections.abc import Callable
from datetime import timedelta

from booking.domain.appointments import Appointment
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath, SafetyAlert
from booking.domain.clearance import Clearance, ClearanceStatus
from booking.domain.ids import AlertId, CaseId, ClearanceId
from booking.domain.states import BookedBy
from booking.domain.visits import Disposition, VisitKind
from services.booking.tests.builders import ANA, NOW, POLICY, a_booked_visit

CASE, FIRST, SECOND = CaseId("case"), ClearanceId("clearance-1"), ClearanceId("clearance-2")
LATER = NOW + timedelta(days=90)
EVALUATION, INFO_CALL = VisitKind.EVALUATION, VisitKind.INFO_CALL

Step = Callable[[CarePath], CarePath]


def visit(kind: VisitKind = INFO_CALL, disposition: Disposition | None = None) -> Step:
    """A visit of this kind was booked, and ended so."""
    booked = a_booked_visit(kind, name=kind)
    if disposition is None:
        return lambda path: path.note_visit(booked, now=NOW)
    return lambda path: path.note_visit(booked, now=NOW).note_visit(ended(booked, disposition), now=NOW)


def ended(booked: Appointment, disposition: Disposition) -> Appointment:
    return booked.arrive(POLICY, now=booked.starts_at).complete(disposition, now=booked.starts_at)


def cancelled(kind: VisitKind = INFO_CALL) -> Step:
    booked = a_booked_visit(kind, name=kind)
    gone = booked.cancel(CancelReason.PATIENT_REQUEST, asked_by=BookedBy.PATIENT, now=NOW)
    return lambda path: path.note_visit(booked, now=NOW).note_visit(gone, now=NOW)


def missed(kind: VisitKind = INFO_CALL) -> Step:
    booked = a_booked_visit(kind, name=kind)
    return lambda path: path.note_visit(booked, now=NOW).note_visit(booked.miss(now=booked.starts_at), now=NOW)


def screening(path: CarePath) -> CarePath:
    return path.screening_started(CASE, at=NOW, now=NOW)


def evaluated(path: CarePath) -> CarePath:
    return path.evaluation_recorded(now=NOW)


def granted(path: CarePath) -> CarePath:
    return path.cleared(Clearance(FIRST, ClearanceStatus.VALID, LATER), now=NOW)


def became(status: ClearanceStatus, clearance: ClearanceId = FIRST) -> Step:
    return lambda path: path.clearance_became(clearance, status, LATER, now=NOW)


def denied(path: CarePath) -> CarePath:
    return path.denied(now=NOW)


def alerted(path: CarePath) -> CarePath:
    return path.alert_raised(SafetyAlert(AlertId("alert"), NOW), now=NOW)


def after(*steps: Step) -> CarePath:
    path = CarePath(id=ANA)
    for step in steps:
        path = step(path)
    return path


PROCEED = visit(INFO_CALL, Disposition.PROCEED)
EVALUATION_DONE = visit(EVALUATION, Disposition.COMPLETED)
SUSPENDED, EXPIRED, REVOKED, VALID = (
    became(status)
    for status in (
        ClearanceStatus.SUSPENDED,
        ClearanceStatus.EXPIRED,
        ClearanceStatus.REVOKED,
        ClearanceStatus.VALID,
    )
)

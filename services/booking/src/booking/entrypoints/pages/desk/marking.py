"""What is said of a visit by one button, on its own page or on the work list."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from booking.application.commands.confirm_hold import ConfirmHold
from booking.application.commands.correct_appointment import CorrectAppointment
from booking.application.commands.keep_visit import KeepVisit
from booking.application.commands.record_arrival import RecordArrival
from booking.application.commands.record_missed_visit import RecordMissedVisit
from booking.application.commands.record_patient_told import RecordPatientTold
from booking.application.commands.release_hold import ReleaseHold
from booking.application.results import Scheduled
from booking.application.use_cases import Booking
from booking.domain.ids import AppointmentId
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from booking.domain.tasks import TaskKind
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed


class Mark(StrEnum):
    ARRIVED = "arrived"
    MISSED = "missed"
    CAME = "came"
    TOLD = "told"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    KEPT = "kept"


Doing = Coroutine[Any, Any, Committed[Scheduled]]
Command = Callable[[Booking, AppointmentId, int, Actor, RequestKey], Doing]

COMMANDS: Final[Mapping[Mark, Command]] = {
    Mark.ARRIVED: lambda app, visit, seen, by, key: app.record_arrival(RecordArrival(visit, seen), by, key),
    Mark.MISSED: lambda app, visit, seen, by, key: app.record_missed_visit(RecordMissedVisit(visit, seen), by, key),
    Mark.CAME: lambda app, visit, seen, by, key: app.correct_appointment(CorrectAppointment(visit, seen), by, key),
    Mark.TOLD: lambda app, visit, seen, by, key: app.record_patient_told(RecordPatientTold(visit, seen), by, key),
    Mark.TAKEN: lambda app, visit, seen, by, key: app.confirm_hold(ConfirmHold(visit, seen), by, key),
    Mark.KEPT: lambda app, visit, seen, by, key: app.keep_visit(KeepVisit(visit, seen), by, key),
    Mark.GIVEN_BACK: lambda app, visit, seen, by, key: app.release_hold(ReleaseHold(visit, seen), by, key),
}


def marks_for(visit: Scheduled, task: TaskKind | None, policy: BookingPolicy, *, now: datetime) -> tuple[Mark, ...]:
    """What can be said of it as it stands."""
    begun = visit.starts_at <= now
    told = (Mark.TOLD,) if task is TaskKind.TELL_PATIENT else ()
    if visit.status is Status.HELD:
        return (*told, Mark.TAKEN, Mark.GIVEN_BACK)
    if visit.status is Status.MISSED:
        return (*told, Mark.CAME)
    if visit.status is not Status.BOOKED or visit.holds:
        return told
    can_be_missed = begun and visit.dose_gone_since is None and visit.unfit_since is None
    missed = (Mark.MISSED,) if can_be_missed else ()
    if visit.unmarked:
        return (*told, Mark.CAME, *missed)
    kept = (Mark.KEPT,) if visit.dose_gone_since is not None and not begun else ()
    arrived = (Mark.ARRIVED,) if policy.may_arrive(visit.starts_at, now=now) else ()
    return (*told, *kept, *arrived, *missed)

"""How the visits of a course lie to each other in time: preparation before, doses apart, integration soon after."""

from datetime import datetime, timedelta

from booking.domain.care_path import CarePath, Visit
from booking.domain.ids import AppointmentId
from booking.domain.policy import DoseWindow
from booking.domain.visits import VisitKind


def dosing_times(path: CarePath, *, but: AppointmentId | None = None) -> tuple[datetime, ...]:
    """The start of every dosing visit that gave a dose or is booked, except one; in order."""
    times = {dose.appointment_id: dose.at for dose in path.course.doses}
    for visit in path.visits:
        if visit.kind is VisitKind.DOSING and (visit.upcoming or visit.appointment_id in times):
            times[visit.appointment_id] = visit.starts_at
    return tuple(sorted(at for appointment_id, at in times.items() if appointment_id != but))


def far_enough(starts_at: datetime, others: tuple[datetime, ...], interval: timedelta) -> bool:
    """Whether a dosing visit at that time keeps its distance from every other one, start to start."""
    return all(abs(starts_at - other) >= interval for other in others)


def few_enough(starts_at: datetime, others: tuple[datetime, ...], window: DoseWindow) -> bool:
    """Whether with a dosing visit at that time no stretch of the window's length holds more than it allows."""
    times = sorted((*others, starts_at))
    within = ([at for at in times if first <= at < first + window.length] for first in times if first <= starts_at)
    return all(len(stretch) <= window.most for stretch in within)


def prepared_by(path: CarePath, starts_at: datetime) -> bool:
    """Whether a preparation was completed, or is booked before that time."""
    booked = path.all_upcoming(VisitKind.PREPARATION)
    return path.course.prepared or any(visit.starts_at < starts_at for visit in booked)


def integrations_after(path: CarePath, starts_at: datetime, within: timedelta) -> tuple[Visit, ...]:
    """The booked integration visits of a dosing visit at that time: soon enough after it, and before the next one."""
    later = [each.starts_at for each in path.all_upcoming(VisitKind.DOSING) if each.starts_at > starts_at]
    ends = min([starts_at + within, *later])
    return tuple(v for v in path.all_upcoming(VisitKind.INTEGRATION) if starts_at < v.starts_at <= ends)

"""How the visits of a course lie to each other in time: preparation before, doses apart, integration between them.

The calendar decides: times are compared as the clinic's wall clock shows them, so that a rhythm of the week holds when
the clocks change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.care_path import CarePath
from booking.domain.course import IntegrationStatus, Plan
from booking.domain.ids import AppointmentId, PlanId, SessionId
from booking.domain.noted_visits import Visit
from booking.domain.policy import DoseWindow
from booking.domain.states import Status
from booking.domain.visits import Phase, VisitKind


@dataclass(frozen=True, slots=True)
class CourseDose:
    """One dose of the course, given or booked; only one that was given has a session."""

    appointment_id: AppointmentId
    at: datetime
    plan_id: PlanId | None
    phase: Phase | None
    session_id: SessionId | None

    @property
    def ref(self) -> str:
        """What names it."""
        return self.session_id or self.appointment_id


def course_doses(path: CarePath, *, but: AppointmentId | None = None) -> tuple[CourseDose, ...]:
    """Every dose that was given or is booked, except one; in order of their time."""
    found = {
        dose.appointment_id: CourseDose(dose.appointment_id, dose.at, dose.plan_id, dose.phase, dose.session_id)
        for dose in path.course.doses
    }
    for visit in path.visits:
        given = found.get(visit.appointment_id)
        if visit.kind is VisitKind.DOSING and (visit.upcoming or given):
            session_id = given.session_id if given else None
            found[visit.appointment_id] = CourseDose(
                visit.appointment_id, visit.starts_at, visit.plan_id, visit.phase, session_id
            )
    return tuple(sorted((each for each in found.values() if each.appointment_id != but), key=lambda each: each.at))


def signed_for(path: CarePath, plan: Plan, *, but: AppointmentId | None = None) -> bool:
    """Whether the plan's present phase has a dose left that is neither given nor booked."""
    taken = [each for each in course_doses(path, but=but) if (each.plan_id, each.phase) == (plan.id, plan.phase)]
    return len(taken) < plan.count(VisitKind.DOSING)


def far_enough(starts_at: datetime, others: Iterable[datetime], interval: timedelta, zone: ZoneInfo) -> bool:
    """Whether a dosing visit at that time keeps its distance from every other one, start to start."""
    return all(abs(on_the_wall(starts_at, zone) - on_the_wall(other, zone)) >= interval for other in others)


def few_enough(starts_at: datetime, others: Iterable[datetime], window: DoseWindow, zone: ZoneInfo) -> bool:
    """Whether with a dosing visit at that time no stretch of the window's length holds more than it allows."""
    wished = on_the_wall(starts_at, zone)
    times = sorted((*(on_the_wall(other, zone) for other in others), wished))
    within = ([at for at in times if first <= at < first + window.length] for first in times if first <= wished)
    return all(len(stretch) <= window.most for stretch in within)


def prepared_by(path: CarePath, starts_at: datetime) -> bool:
    """Whether a preparation was completed, or is booked before that time."""
    booked = path.all_upcoming(VisitKind.PREPARATION)
    return path.course.prepared or any(visit.starts_at < starts_at for visit in booked)


def between_doses(path: CarePath, at: datetime, dose_at: datetime, *, but: AppointmentId | None = None) -> bool:
    """Whether that time comes after a dose at that one, and before the next dose."""
    later = (each.at for each in course_doses(path, but=but) if each.at > dose_at)
    return dose_at < at and all(at <= each for each in later)


def integration_of(path: CarePath, dose_at: datetime, *, but: AppointmentId | None = None) -> Visit | None:
    """The first integration visit booked between a dose at that time and the next one."""
    booked = path.all_upcoming(VisitKind.INTEGRATION)
    return min(
        (each for each in booked if between_doses(path, each.starts_at, dose_at, but=but)),
        key=lambda each: (each.starts_at, each.appointment_id),
        default=None,
    )


def soon_enough(at: datetime, dose_at: datetime, within: timedelta, zone: ZoneInfo) -> bool:
    """Whether an integration at that time belongs to a dose at that one."""
    return timedelta(0) < on_the_wall(at, zone) - on_the_wall(dose_at, zone) <= within


def without_integration_before(
    path: CarePath, starts_at: datetime, *, but: AppointmentId | None = None
) -> tuple[str, ...]:
    """The dose before that time, if its integration is neither done nor booked between the two."""
    earlier = [each for each in course_doses(path, but=but) if each.at < starts_at]
    if not earlier:
        return ()
    last = earlier[-1]
    done = {each.dosing_session_id for each in path.course.integrations if each.status is IntegrationStatus.DONE}
    if last.session_id in done:
        return ()
    between = any(
        visit.kind is VisitKind.INTEGRATION
        and (visit.upcoming or visit.status is Status.FULFILLED)
        and last.at < visit.starts_at <= starts_at
        for visit in path.visits
    )
    return () if between else (last.ref,)


def on_the_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """The clinic's wall-clock time, to be compared with others of its kind."""
    return instant.astimezone(zone).replace(tzinfo=None)

"""Which integration visits are left without the dose they were to talk about.

A dosing visit that is called off, missed, moved behind its integration or over without a dose takes nothing with it:
its integration stays booked until somebody has decided, since a patient may need to talk the more. Nobody can miss it,
though: what became of its dose is said first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.domain.care_path import CarePath
from booking.domain.course import IntegrationStatus
from booking.domain.ids import AppointmentId
from booking.domain.noted_visits import Visit
from booking.domain.spacing import course_doses
from booking.domain.states import Status
from booking.domain.visits import VisitKind
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True)
class _Dose:
    """Given, booked, or of a day of which nobody has said yet what became of it."""

    appointment_id: AppointmentId
    at: datetime
    integrated: bool


def left_behind(before: CarePath, after: CarePath) -> frozenset[AppointmentId]:
    """The booked integration visits, marked or not, that this change of the path has left without a dose."""
    doses, integrates = _doses(after), integrating(after)
    at = {each.appointment_id: each.at for each in doses}
    known = {each.appointment_id: each.starts_at for each in before.visits}
    lost = (
        visit.appointment_id
        for visit in _integrations(after)
        if visit.appointment_id not in integrates
        and known.get(visit.appointment_id) == visit.starts_at
        and (dose := _before(_doses(before), visit.starts_at)) is not None
        and at.get(dose.appointment_id) != dose.at
    )
    return frozenset(lost)


def integrating(path: CarePath) -> Mapping[AppointmentId, AppointmentId]:
    """The integration visits that a dose waits for, each with the dosing visit it belongs to: the first one booked
    between that and the next.
    """
    doses = _doses(path)
    found: dict[AppointmentId, AppointmentId] = {}
    for visit in sorted(_integrations(path), key=lambda each: (each.starts_at, each.appointment_id)):
        dose = _before(doses, visit.starts_at)
        if dose is not None and not dose.integrated and dose.appointment_id not in found.values():
            found[visit.appointment_id] = dose.appointment_id
    return found


def check_dose_marked(path: CarePath, appointment_id: AppointmentId) -> None:
    """Raises `dose_unmarked` while nobody has said what became of the dose of this integration."""
    dose_id = integrating(path).get(appointment_id)
    if any(each.appointment_id == dose_id and each.status is Status.BOOKED for each in path.visits):
        raise conflict("dose_unmarked", "Nobody has said what became of the dose before it: that is said first.")


def _integrations(path: CarePath) -> Iterable[Visit]:
    forgotten = (visit for visit in path.unmarked() if visit.kind is VisitKind.INTEGRATION)
    return (*path.all_upcoming(VisitKind.INTEGRATION), *forgotten)


def _before(doses: Sequence[_Dose], at: datetime) -> _Dose | None:
    return next((each for each in reversed(doses) if each.at < at), None)


def _doses(path: CarePath) -> tuple[_Dose, ...]:
    """In order of their time."""
    done = {each.dosing_session_id for each in path.course.integrations if each.status is IntegrationStatus.DONE}
    times = {each.appointment_id: (each.at, each.session_id in done) for each in course_doses(path)}
    for visit in path.unmarked():
        if visit.kind is VisitKind.DOSING:
            times.setdefault(visit.appointment_id, (visit.starts_at, False))
    ordered = sorted((at, ref, integrated) for ref, (at, integrated) in times.items())
    held = [v.starts_at for v in path.visits if v.kind is VisitKind.INTEGRATION and v.status is Status.FULFILLED]
    ends = [*(at for at, _, _ in ordered), None][1:]
    return tuple(
        _Dose(ref, at, integrated or any(at < each and (end is None or each <= end) for each in held))
        for (at, ref, integrated), end in zip(ordered, ends, strict=True)
    )

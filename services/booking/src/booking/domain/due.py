"""What is due next on a care path, and by when. Derived, never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from booking.domain.care_path import CarePath, Stage
from booking.domain.clearance import ClearanceStatus
from booking.domain.course import IntegrationStatus, PlanStatus
from booking.domain.policy import BookingPolicy
from booking.domain.spacing import integration_of, signed_for
from booking.domain.visits import VisitKind


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is to happen. `by` is unknown where nobody set a time; `ref` names what it is about."""

    code: str
    by: datetime | None = None
    ref: str | None = None


def due(path: CarePath, policy: BookingPolicy) -> tuple[Due, ...]:
    """What is to be done for this patient, the most pressing first; what has no time comes last."""
    items = [
        *_alerts(path),
        *_visits(path),
        *_questionnaires(path),
        *_next_step(path),
        *_clearance(path, policy),
        *_course(path),
        *_held(path),
    ]
    return tuple(sorted(items, key=lambda item: (item.by is None, item.by.timestamp() if item.by else 0.0)))


def _alerts(path: CarePath) -> Iterator[Due]:
    for alert in path.alerts:
        yield Due("safety_response", alert.respond_by, alert.id)


def _visits(path: CarePath) -> Iterator[Due]:
    for kind in VisitKind:
        for visit in path.all_upcoming(kind):
            yield Due(f"{kind}_visit", visit.starts_at, visit.appointment_id)
    for visit in (*path.booked(), *path.unmarked()):
        if visit.dose_gone:
            yield Due("settle_integration", visit.starts_at, visit.appointment_id)
        elif visit.unmarked:
            yield Due("mark_visit", visit.starts_at, visit.appointment_id)


_PRE_SESSION = "pre_session"
"""Asked before a dosing visit and due when it begins; once that visit is moved or cancelled, asked no longer."""


def _questionnaires(path: CarePath) -> Iterator[Due]:
    dosing_at = {visit.starts_at for visit in path.all_upcoming(VisitKind.DOSING)}
    for request in path.questions.open:
        if request.purpose == _PRE_SESSION and request.due_at not in dosing_at:
            continue
        yield Due("questionnaire", request.due_at, request.id)
    if path.questions.untold_since is not None:
        yield Due("tell_of_questions", path.questions.untold_since)
    if path.account_untold_since is not None:
        yield Due("tell_of_account", path.account_untold_since)
    if path.plan_untold_since is not None:
        yield Due("tell_of_plan", path.plan_untold_since)


def _next_step(path: CarePath) -> Iterator[Due]:
    if path.person.merged:
        return
    if path.stage in (Stage.INQUIRY, Stage.INFO_CALL) and path.upcoming(VisitKind.INFO_CALL) is None:
        yield Due("book_info_call")
    if path.stage in (Stage.SCREENING, Stage.EVALUATION) and path.upcoming(VisitKind.EVALUATION) is None:
        yield Due("clearance_decision") if path.evaluated else Due("book_evaluation", path.deferred_until)


def _clearance(path: CarePath, policy: BookingPolicy) -> Iterator[Due]:
    if path.stage in _TREATED and path.clearance is not None:
        if path.clearance.status is ClearanceStatus.SUSPENDED:
            yield Due("clearance_review", None, path.clearance.id)
        yield Due("renew_clearance", path.clearance.valid_until, path.clearance.id)
        for visit in path.at_risk:
            yield Due("visit_at_risk", visit.starts_at - policy.at_risk_task_before, visit.appointment_id)


_TREATED = (Stage.CLEARED, Stage.PREPARING, Stage.IN_COURSE, Stage.MAINTENANCE)


def _course(path: CarePath) -> Iterator[Due]:
    if path.outcome_review_by is not None:
        yield Due("outcome_review", path.outcome_review_by)
    for integration in path.course.integrations:
        if integration.status in (IntegrationStatus.DUE, IntegrationStatus.OVERDUE):
            yield Due("integration", integration.due_by, integration.dosing_session_id)
    plan = path.course.plan
    if plan is None or not plan.live:
        return
    for visit in path.all_upcoming(VisitKind.DOSING):
        if integration_of(path, visit.starts_at) is None:
            yield Due("book_integration", visit.starts_at, visit.appointment_id)
    if not path.course.dosed and not path.course.prepared and path.upcoming(VisitKind.PREPARATION) is None:
        yield Due("book_preparation")
    elif plan.status is PlanStatus.ACTIVE and path.upcoming(VisitKind.DOSING) is None and signed_for(path, plan):
        yield Due("book_dosing")


def _held(path: CarePath) -> Iterator[Due]:
    """Too late to be called off by itself: a person must settle it or call the patient."""
    for visit in path.booked():
        if visit.grounds and visit.cancels_at is None:
            yield Due("settle_hold", visit.starts_at, visit.appointment_id)

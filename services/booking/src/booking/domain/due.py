"""What is due next on a care path, and by when. Derived, never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from booking.domain.care_path import CarePath, ClearanceStatus, Stage
from booking.domain.visits import VisitKind


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is to happen. `by` is unknown where nobody set a time; `ref` names what it is about."""

    code: str
    by: datetime | None = None
    ref: str | None = None


def due(path: CarePath) -> tuple[Due, ...]:
    """What is to be done for this patient, the most pressing first; what has no time comes last."""
    items = [*_alerts(path), *_visits(path), *_questionnaires(path), *_next_step(path), *_clearance(path)]
    return tuple(sorted(items, key=lambda item: (item.by is None, item.by.timestamp() if item.by else 0.0)))


def _alerts(path: CarePath) -> Iterator[Due]:
    for alert in path.alerts:
        yield Due("safety_response", alert.respond_by, alert.id)


def _visits(path: CarePath) -> Iterator[Due]:
    for kind in VisitKind:
        visit = path.upcoming(kind)
        if visit is not None:
            yield Due(f"{kind}_visit", visit.starts_at, visit.appointment_id)


def _questionnaires(path: CarePath) -> Iterator[Due]:
    for request in path.requests:
        yield Due("questionnaire", request.due_at, request.id)


def _next_step(path: CarePath) -> Iterator[Due]:
    if path.stage in (Stage.INQUIRY, Stage.INFO_CALL) and path.upcoming(VisitKind.INFO_CALL) is None:
        yield Due("book_info_call")
    if path.stage in (Stage.SCREENING, Stage.EVALUATION) and path.upcoming(VisitKind.EVALUATION) is None:
        yield Due("clearance_decision") if path.evaluated else Due("book_evaluation", path.deferred_until)


def _clearance(path: CarePath) -> Iterator[Due]:
    if path.stage is Stage.CLEARED and path.clearance is not None:
        if path.clearance.status is ClearanceStatus.SUSPENDED:
            yield Due("clearance_review", None, path.clearance.id)
        yield Due("renew_clearance", path.clearance.valid_until, path.clearance.id)

"""What stands between a patient and a visit. A table: for each kind the gates, each with its reason and what opens
it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.domain.care_path import CarePath, ClearanceStatus, Stage
from booking.domain.errors import conflict
from booking.domain.ids import AppointmentId
from booking.domain.visits import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to book. `moving` is the appointment that would be given up for it."""

    kind: VisitKind
    starts_at: datetime
    moving: AppointmentId | None = None
    record_complete: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A gate that is closed: a stable code, the reason in a sentence, and the code of what opens it."""

    code: str
    reason: str
    opened_by: str


@dataclass(frozen=True, slots=True)
class Gate:
    refusal: Refusal
    is_open: Callable[[CarePath, Asked], bool]


def refusals(path: CarePath, asked: Asked) -> tuple[Refusal, ...]:
    """Every closed gate, not only the first."""
    return tuple(gate.refusal for gate in GATES[asked.kind] if not gate.is_open(path, asked))


def check(path: CarePath, asked: Asked) -> None:
    """Raises `gates_closed`, naming each."""
    closed = refusals(path, asked)
    if closed:
        raise conflict(
            "gates_closed",
            "This visit cannot be booked yet.",
            gates=[{"code": r.code, "reason": r.reason, "opened_by": r.opened_by} for r in closed],
        )


def _none_upcoming(path: CarePath, asked: Asked) -> bool:
    upcoming = path.upcoming(asked.kind)
    return upcoming is None or upcoming.appointment_id == asked.moving


_RECORD = Gate(
    Refusal("record_incomplete", "News of this patient is waiting to be repaired by an operator.", "record_repaired"),
    lambda _, asked: asked.record_complete,
)
_NOT_IN_CARE_YET = Gate(
    Refusal("info_call_over", "The patient is past the information call.", "care_path_closed"),
    lambda path, asked: path.stage in (Stage.INQUIRY, Stage.INFO_CALL, Stage.CLOSED) or asked.moving is not None,
)
_ONE_AT_A_TIME = Gate(
    Refusal("already_booked", "A visit of this kind is booked already; it can be moved.", "visit_over"),
    _none_upcoming,
)
_CARE_OPEN = Gate(
    Refusal("care_closed", "The patient's care path is closed.", "info_call_booked"),
    lambda path, _: path.closed_because is None,
)
_INFO_CALL = Gate(
    Refusal("info_call_needed", "An information call must have ended with the wish to proceed.", "info_call_completed"),
    lambda path, _: path.said_proceed or path.case_id is not None,
)
_SCREENING = Gate(
    Refusal("screening_needed", "Screening has not begun.", "screening_started"),
    lambda path, _: path.case_id is not None or path.clearance is not None,
)
_DEFERRAL = Gate(
    Refusal("deferred", "The decision was put off to a later date than that.", "deferral_over"),
    lambda path, asked: path.deferred_until is None or asked.starts_at >= path.deferred_until,
)
_CLEARANCE = Gate(
    Refusal("clearance_needed", "A prescriber has not cleared the patient.", "clearance_granted"),
    lambda path, _: path.clearance is not None and path.clearance.status is not ClearanceStatus.REVOKED,
)
_CLEARANCE_IN_FORCE = Gate(
    Refusal("clearance_suspended", "The clearance is suspended.", "clearance_reinstated"),
    lambda path, _: path.clearance is None or path.clearance.status is not ClearanceStatus.SUSPENDED,
)
_CLEARANCE_IN_DATE = Gate(
    Refusal("clearance_expired", "The clearance has run out, or will have by then.", "clearance_extended"),
    lambda path, asked: (
        path.clearance is None
        or (path.clearance.status is not ClearanceStatus.EXPIRED and asked.starts_at <= path.clearance.valid_until)
    ),
)
_NO_ALERT = Gate(
    Refusal("safety_alert_open", "A safety alert is open.", "safety_alert_closed"),
    lambda path, _: not path.alerts,
)
_PLAN = Gate(
    Refusal("plan_needed", "There is no active treatment plan.", "plan_activated"),
    lambda _path, _asked: False,
)

_TREATMENT = (_RECORD, _CARE_OPEN, _PLAN)

GATES: Mapping[VisitKind, tuple[Gate, ...]] = {
    VisitKind.INFO_CALL: (_NOT_IN_CARE_YET, _ONE_AT_A_TIME),
    VisitKind.EVALUATION: (_RECORD, _CARE_OPEN, _INFO_CALL, _SCREENING, _DEFERRAL, _ONE_AT_A_TIME),
    VisitKind.PREPARATION: _TREATMENT,
    VisitKind.DOSING: (*_TREATMENT, _CLEARANCE, _CLEARANCE_IN_FORCE, _CLEARANCE_IN_DATE, _NO_ALERT),
    VisitKind.INTEGRATION: _TREATMENT,
    VisitKind.REVIEW: _TREATMENT,
    VisitKind.ADJUNCT: _TREATMENT,
}
"""Everything that is ever checked before a visit is booked. Nobody has a treatment plan before sessions says so: until
then treatment visits are refused by name.
"""

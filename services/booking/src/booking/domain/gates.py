"""What stands between a patient and a visit. A table: for each kind the gates, each with its reason and what opens
it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.care_path import CarePath, Stage
from booking.domain.clearance import ClearanceStatus
from booking.domain.course import ConsentCategory, PlanStatus
from booking.domain.ids import AppointmentId
from booking.domain.policy import DoseWindow
from booking.domain.spacing import (
    between_doses,
    course_doses,
    far_enough,
    few_enough,
    integration_of,
    prepared_by,
    signed_for,
    soon_enough,
    without_integration_before,
)
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to book. `moving` is the appointment that would be given up for it, `integration_at` when
    the integration booked with a dosing visit begins, `windows` how many doses there may be whatever the plan says,
    `zone` the clinic's.
    """

    kind: VisitKind
    starts_at: datetime
    zone: ZoneInfo
    modality: Modality | None = None
    moving: AppointmentId | None = None
    integration_at: datetime | None = None
    windows: tuple[DoseWindow, ...] = ()
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
_OF_AGE = Gate(
    Refusal("minor_not_served", "The patient is not of age on that day.", "patient_of_age"),
    lambda path, asked: path.person.of_age_at(asked.starts_at),
)
_WHERE_SERVED = Gate(
    Refusal("state_not_served", "The clinic is not licensed where the patient lives.", "residence_changed"),
    lambda path, _: path.person.lives_where_served,
)
_IN_USE = Gate(
    Refusal("patient_merged", "The record was merged into another; use that one.", "merge_undone"),
    lambda path, _: not path.person.merged,
)
_PERSON = (_IN_USE, _OF_AGE, _WHERE_SERVED)
_NOT_IN_CARE_YET = Gate(
    Refusal("info_call_over", "The patient is past the information call.", "care_path_closed"),
    lambda path, asked: (
        path.closed_because is not None or path.stage in (Stage.INQUIRY, Stage.INFO_CALL) or asked.moving is not None
    ),
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
    Refusal("clearance_expired", "The clearance has run out.", "clearance_extended"),
    lambda path, _: path.clearance is None or path.clearance.status is not ClearanceStatus.EXPIRED,
)
"""A visit later than a clearance in force lasts may be booked: it is at risk until the clearance is extended."""
_NO_ALERT = Gate(
    Refusal("safety_alert_open", "A safety alert is open.", "safety_alert_closed"),
    lambda path, _: not path.alerts,
)
_NO_ADVERSE_EVENT = Gate(
    Refusal("adverse_event_open", "An adverse event waits for its review.", "adverse_event_reviewed"),
    lambda path, _: not path.course.unreviewed(),
)
_CONSENT = Gate(
    Refusal("consent_ended", "The consent the plan was signed on was withdrawn or has run out.", "consent_signed"),
    lambda path, _: not path.course.ended_consents(ConsentCategory.TREATMENT),
)
_TELEHEALTH = Gate(
    Refusal("telehealth_consent_ended", "The consent to telehealth was withdrawn or has run out.", "consent_signed"),
    lambda path, asked: (
        asked.modality in (None, Modality.IN_PERSON) or not path.course.ended_consents(ConsentCategory.TELEHEALTH)
    ),
)


def _plan_in(*statuses: PlanStatus) -> Callable[[CarePath, Asked], bool]:
    return lambda path, _: path.course.plan is not None and path.course.plan.status in statuses


_PLAN = Refusal("plan_needed", "There is no active treatment plan.", "plan_activated")
_PLAN_LIVE = Gate(_PLAN, _plan_in(PlanStatus.ACTIVE, PlanStatus.ON_HOLD))
_PLAN_KNOWN = Gate(_PLAN, _plan_in(PlanStatus.ACTIVE, PlanStatus.ON_HOLD, PlanStatus.COMPLETED))
"""Integration and review go on when the course is over; only a plan that was given up ends them."""
_PLAN_NOT_HELD = Gate(
    Refusal("plan_on_hold", "The treatment plan is on hold.", "plan_resumed"),
    lambda path, _: path.course.plan is None or path.course.plan.status is not PlanStatus.ON_HOLD,
)
_PREPARED = Gate(
    Refusal("preparation_needed", "No preparation is completed, or booked before that.", "preparation_booked"),
    lambda path, asked: path.course.plan is None or path.course.dosed or prepared_by(path, asked.starts_at),
)
_SIGNED_FOR = Gate(
    Refusal("plan_used_up", "All doses of the plan are given or booked.", "plan_adjusted"),
    lambda path, asked: path.course.plan is None or signed_for(path, path.course.plan, but=asked.moving),
)


def _others(path: CarePath, asked: Asked) -> tuple[datetime, ...]:
    return tuple(each.at for each in course_doses(path, but=asked.moving))


_INTERVAL = Gate(
    Refusal("dose_too_close", "Another dosing visit is closer than the plan allows.", "later_time"),
    lambda path, asked: (
        path.course.plan is None
        or far_enough(asked.starts_at, _others(path, asked), path.course.plan.terms.dosing_interval, asked.zone)
    ),
)
_FREQUENCY = Gate(
    Refusal("too_many_doses", "There would be more doses within a week or a month than are given.", "later_time"),
    lambda path, asked: all(
        few_enough(asked.starts_at, _others(path, asked), window, asked.zone)
        for window in asked.windows
        if path.course.plan is not None and window.phase in (None, path.course.plan.phase)
    ),
)
_NOT_OVERDUE = Gate(
    Refusal("integration_overdue", "The integration of an earlier dose is overdue.", "integration_done"),
    lambda path, _: not path.course.overdue(),
)


def _integration_follows(path: CarePath, asked: Asked) -> bool:
    plan = path.course.plan
    if plan is None:
        return True
    at = asked.integration_at
    if at is None:
        booked = integration_of(path, asked.starts_at, but=asked.moving)
        if booked is None:
            return False
        at = booked.starts_at
    within = plan.terms.integration_within
    return soon_enough(at, asked.starts_at, within, asked.zone) and between_doses(
        path, at, asked.starts_at, but=asked.moving
    )


def _integrated_before(path: CarePath, asked: Asked) -> bool:
    overdue = path.course.overdue()
    return all(ref in overdue for ref in without_integration_before(path, asked.starts_at, but=asked.moving))


_INTEGRATION_BETWEEN = Gate(
    Refusal(
        "integration_between_needed",
        "The integration of the dose before is neither done nor booked between the two.",
        "integration_booked",
    ),
    _integrated_before,
)


_INTEGRATION = Gate(
    Refusal("integration_needed", "No integration visit is booked soon enough after it.", "integration_booked"),
    _integration_follows,
)

_TREATMENT = (*_PERSON, _RECORD, _CARE_OPEN, _TELEHEALTH)

GATES: Mapping[VisitKind, tuple[Gate, ...]] = {
    VisitKind.INFO_CALL: (*_PERSON, _NOT_IN_CARE_YET, _ONE_AT_A_TIME),
    VisitKind.EVALUATION: (
        *_PERSON,
        _RECORD,
        _CARE_OPEN,
        _INFO_CALL,
        _SCREENING,
        _DEFERRAL,
        _ONE_AT_A_TIME,
    ),
    VisitKind.PREPARATION: (*_TREATMENT, _PLAN_LIVE),
    VisitKind.DOSING: (
        *_TREATMENT,
        _PLAN_LIVE,
        _PLAN_NOT_HELD,
        _CLEARANCE,
        _CLEARANCE_IN_FORCE,
        _CLEARANCE_IN_DATE,
        _NO_ALERT,
        _NO_ADVERSE_EVENT,
        _CONSENT,
        _SIGNED_FOR,
        _PREPARED,
        _INTERVAL,
        _FREQUENCY,
        _NOT_OVERDUE,
        _INTEGRATION_BETWEEN,
        _INTEGRATION,
    ),
    VisitKind.INTEGRATION: (*_TREATMENT, _PLAN_KNOWN),
    VisitKind.REVIEW: (*_TREATMENT, _PLAN_KNOWN),
    VisitKind.ADJUNCT: (*_TREATMENT, _PLAN_KNOWN),
}
"""Everything that is ever checked before a visit is booked."""

"""What makes a booked visit wait. A table: for each cause the kinds of visit it holds, and what raises and ends it.

Invariant: holds follow from the care path. A hold stands exactly as long as its cause does, whichever of the two facts
that raise and release it is heard first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from booking.domain.care_path import CarePath
from booking.domain.clearance import ClearanceStatus
from booking.domain.course import ConsentCategory, PlanStatus
from booking.domain.noted_visits import Visit
from booking.domain.spacing import prepared_by, without_integration_before
from booking.domain.visits import TREATMENTS, Ground, HoldCause, HoldReason, Modality, VisitKind

_DOSING = frozenset({VisitKind.DOSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRule:
    """`standing` gives what the visit waits for by this rule: an id for each thing that must be settled."""

    cause: HoldCause
    reason: HoldReason
    kinds: frozenset[VisitKind]
    raised_by: str
    released_by: str
    standing: Callable[[CarePath, Visit], tuple[str, ...]]


def grounds(path: CarePath, visit: Visit) -> tuple[Ground, ...]:
    """Everything this booked visit must wait for as things stand."""
    found = [
        Ground(rule.cause, rule.reason, ref)
        for rule in HOLDS
        if visit.kind in rule.kinds
        for ref in rule.standing(path, visit)
    ]
    return tuple(dict.fromkeys(found))


def _clearance(path: CarePath, visit: Visit) -> tuple[str, ...]:
    if path.clearance is None:
        return (visit.appointment_id,)
    in_force = path.clearance.status is ClearanceStatus.VALID and path.closed_because is None
    return () if in_force else (path.clearance.id,)


def _integration(path: CarePath, visit: Visit) -> tuple[str, ...]:
    return (*path.course.overdue(), *without_integration_before(path, visit.starts_at, but=visit.appointment_id))


def _plan_in(*statuses: PlanStatus) -> Callable[[CarePath, Visit], tuple[str, ...]]:
    def standing(path: CarePath, visit: Visit) -> tuple[str, ...]:
        plan = path.course.of_plan(visit.plan_id)
        return (plan.id,) if plan is not None and plan.status in statuses else ()

    return standing


def _telehealth(path: CarePath, visit: Visit) -> tuple[str, ...]:
    if visit.modality is Modality.IN_PERSON:
        return ()
    return path.course.ended_consents(ConsentCategory.TELEHEALTH)


def _preparation(path: CarePath, visit: Visit) -> tuple[str, ...]:
    if path.course.dosed or prepared_by(path, visit.starts_at):
        return ()
    preparations = [each.appointment_id for each in path.visits if each.kind is VisitKind.PREPARATION]
    return (min(preparations, default=visit.appointment_id),)


def _of_age(path: CarePath, visit: Visit) -> tuple[str, ...]:
    return () if path.person.of_age_at(visit.starts_at) else (path.id,)


def _where_served(path: CarePath, visit: Visit) -> tuple[str, ...]:
    """Talking to a patient who is there is the way out, wherever they live."""
    way_out = visit.modality is Modality.IN_PERSON and visit.kind not in (VisitKind.EVALUATION, VisitKind.DOSING)
    return () if path.person.lives_where_served or way_out else (path.id,)


HOLDS: tuple[HoldRule, ...] = (
    HoldRule(
        cause=HoldCause.CLEARANCE,
        reason=HoldReason.CLINICAL,
        kinds=_DOSING,
        raised_by="the clearance is suspended, expired, revoked or denied, or the care path is closed",
        released_by="it is reinstated or extended, or a newer one is granted",
        standing=_clearance,
    ),
    HoldRule(
        cause=HoldCause.SAFETY_ALERT,
        reason=HoldReason.CLINICAL,
        kinds=_DOSING,
        raised_by="a safety alert is open",
        released_by="that alert is closed",
        standing=lambda path, _: tuple(alert.id for alert in path.alerts),
    ),
    HoldRule(
        cause=HoldCause.ADVERSE_EVENT,
        reason=HoldReason.CLINICAL,
        kinds=_DOSING,
        raised_by="a grave adverse event is reported",
        released_by="it is reviewed with the decision to resume",
        standing=lambda path, _: path.course.unreviewed(),
    ),
    HoldRule(
        cause=HoldCause.INTEGRATION,
        reason=HoldReason.CLINICAL,
        kinds=_DOSING,
        raised_by="the integration of a dose is overdue, or that of the dose before was called off",
        released_by="the integration of that dose is done, or booked between the two again unless it is overdue",
        standing=_integration,
    ),
    HoldRule(
        cause=HoldCause.CONSENT,
        reason=HoldReason.CONSENT,
        kinds=_DOSING,
        raised_by="the consent the plan was signed on is withdrawn or has run out",
        released_by="it is signed again, to the same route",
        standing=lambda path, _: path.course.ended_consents(ConsentCategory.TREATMENT),
    ),
    HoldRule(
        cause=HoldCause.CONSENT,
        reason=HoldReason.CONSENT,
        kinds=TREATMENTS,
        raised_by="the consent to telehealth is withdrawn or has run out, for a visit by video",
        released_by="it is signed again",
        standing=_telehealth,
    ),
    HoldRule(
        cause=HoldCause.PLAN,
        reason=HoldReason.PLAN,
        kinds=_DOSING,
        raised_by="the plan is on hold, or completed",
        released_by="the plan is resumed",
        standing=_plan_in(PlanStatus.ON_HOLD, PlanStatus.COMPLETED),
    ),
    HoldRule(
        cause=HoldCause.PLAN,
        reason=HoldReason.PLAN,
        kinds=TREATMENTS,
        raised_by="the plan is discontinued",
        released_by="nothing: its visits are called off",
        standing=_plan_in(PlanStatus.DISCONTINUED),
    ),
    HoldRule(
        cause=HoldCause.PREPARATION,
        reason=HoldReason.LOGISTICS,
        kinds=_DOSING,
        raised_by="the preparation before the first dose was cancelled, missed or moved behind it",
        released_by="a preparation is completed, or booked before it again",
        standing=_preparation,
    ),
    HoldRule(
        cause=HoldCause.PERSON,
        reason=HoldReason.LOGISTICS,
        kinds=frozenset(VisitKind),
        raised_by="the patient turns out not to be of age on the day of the visit",
        released_by="the birth date is corrected",
        standing=_of_age,
    ),
    HoldRule(
        cause=HoldCause.PERSON,
        reason=HoldReason.LOGISTICS,
        kinds=frozenset(VisitKind),
        raised_by="the patient has moved to a state in which the clinic is not licensed",
        released_by="they live in one in which it is",
        standing=_where_served,
    ),
)
"""Preparation, integration, review and adjunct visits are the way out: little holds them."""

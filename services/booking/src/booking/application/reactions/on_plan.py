"""Reactions to the treatment plan: what may be booked by it, and how its visits follow each other."""

from typing import TypeVar

from booking.application.care_path_reactions import treating
from booking.application.ports import Ports
from booking.domain.course import Plan, PlanStatus, PlanTerms
from booking.domain.ids import ConsentId, PlanId, PractitionerId
from booking.domain.policy import BookingPolicy
from booking.domain.visits import Phase, VisitKind
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction

S = TypeVar("S", bound=contracts.PlanSignedEvent)
C = TypeVar("C", bound=contracts.PlanChangeEvent)


async def on_plan_signed(event: Received[S], tx: Transaction, ports: Ports) -> None:
    plan = _plan(event.data, ports.policy)
    await treating(event, tx, ports, lambda course: course.plan_signed(plan))


async def on_plan_put_on_hold(event: Received[contracts.PlanPutOnHold], tx: Transaction, ports: Ports) -> None:
    await _became(PlanStatus.ON_HOLD, event, tx, ports)


async def on_plan_resumed(event: Received[contracts.PlanResumed], tx: Transaction, ports: Ports) -> None:
    await _became(PlanStatus.ACTIVE, event, tx, ports)


async def on_plan_completed(event: Received[contracts.PlanCompleted], tx: Transaction, ports: Ports) -> None:
    await _became(PlanStatus.COMPLETED, event, tx, ports)


async def on_plan_discontinued(event: Received[contracts.PlanDiscontinued], tx: Transaction, ports: Ports) -> None:
    await _became(PlanStatus.DISCONTINUED, event, tx, ports)


async def _became(status: PlanStatus, event: Received[C], tx: Transaction, ports: Ports) -> None:
    plan_id = PlanId(event.data.plan_id)
    await treating(event, tx, ports, lambda course: course.plan_became(plan_id, status))


def _plan(data: contracts.PlanSignedEvent, policy: BookingPolicy) -> Plan:
    """A phase of a newer producer counts as induction, the more careful one; so do visits of a newer kind as none."""
    known = {kind.value for kind in VisitKind}
    return Plan(
        id=PlanId(data.plan_id),
        revision=data.version,
        consent_id=ConsentId(data.consent_id),
        phase=Phase.MAINTENANCE if data.phase is codes.Phase.MAINTENANCE else Phase.INDUCTION,
        terms=_terms(data, policy),
        visits=tuple((VisitKind(each.kind.value), each.count) for each in data.visits if each.kind.value in known),
    )


def _terms(data: contracts.PlanSignedEvent, policy: BookingPolicy) -> PlanTerms:
    section = data.for_booking.value if data.for_booking else None
    if section is None:
        return policy.careful_terms
    return PlanTerms(
        dosing_interval_hours=section.dosing_interval_hours,
        cadence_days=section.cadence_days,
        integration_within_hours=section.integration_within_hours,
        therapist_id=PractitionerId(section.therapist_id) if section.therapist_id else None,
    )

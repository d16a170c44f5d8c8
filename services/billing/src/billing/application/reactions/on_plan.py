"""Reactions to signed plans: what is to be expected, and a new estimate where that changes."""

from collections.abc import Sequence

from billing.application.account_of import account_of
from billing.application.ports import Ports
from billing.application.rendered_services import services_of
from billing.application.wanted_estimates import gather_estimates, prices_of
from billing.domain.courses import Course
from billing.domain.estimate_issues import Expected
from billing.domain.estimates import Estimate
from billing.domain.ids import PatientId, PlanId
from billing.domain.visits import Phase, Visit, VisitKind, VisitState
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


async def on_plan_signed(
    event: Received[contracts.PlanActivated] | Received[contracts.PlanAdjusted], tx: Transaction, ports: Ports
) -> None:
    data = event.data
    patient_id, plan_id = PatientId(data.patient_id), PlanId(data.plan_id)
    _, known, estimates, visits = await side_by_side(
        account_of(patient_id, tx, ports),
        ports.courses.find(plan_id, of=patient_id),
        ports.estimates.all_of(patient_id),
        ports.visits.of_plan(plan_id, of=patient_id),
    )
    expected = tuple(
        Expected(kind=VisitKind(each.kind.value), count=each.count, services=services_of(each.service_lines))
        for each in data.for_billing.opened().services
    )
    phase = None if data.phase is codes.Phase.UNKNOWN else Phase(data.phase.value)
    course = (
        known.updated(data.version, expected, phase)
        if known
        else Course(id=plan_id, patient_id=patient_id, plan_version=data.version, expected=expected, phase=phase)
    )
    await upsert(ports.courses, known, course, tx)
    if known is None:
        await gather_estimates(course, visits, estimates, tx, ports)
    elif course is not known:
        next_phase = course.phase is not known.phase
        await _change_estimate(course, visits, estimates, tx, ports, next_phase=next_phase)


async def _change_estimate(
    course: Course,
    visits: Sequence[Visit],
    estimates: Sequence[Estimate],
    tx: Transaction,
    ports: Ports,
    *,
    next_phase: bool,
) -> None:
    to_come = [each for each in visits if each.state is VisitState.BOOKED and each.starts_at > tx.now]
    coming = frozenset(each.id for each in to_come)
    next_on = ports.day_of(to_come[0].starts_at) if to_come else None
    for estimate in estimates:
        if estimate.plan_id != course.id:
            continue
        changed = estimate.change_scope(
            course.expected,
            course.plan_version,
            next_on,
            ports.policy,
            ports.calendar,
            ports.zone,
            next_phase=next_phase,
            to_come=coming,
            now=tx.now,
        )
        await upsert(ports.estimates, estimate, prices_of(ports, tx).of_visits(changed, to_come), tx)

"""Reactions to signed plans: what is to be expected, and a new estimate where that changes."""

from billing.application.account_of import account_of
from billing.application.ports import Ports
from billing.application.rendered_services import services_of
from billing.application.wanted_estimates import gather_estimates
from billing.domain.courses import Course
from billing.domain.estimates import Expected
from billing.domain.ids import PatientId, PlanId
from billing.domain.visits import Phase, VisitKind
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_plan_signed(
    event: Received[contracts.PlanActivated] | Received[contracts.PlanAdjusted], tx: Transaction, ports: Ports
) -> None:
    data = event.data
    await account_of(PatientId(data.patient_id), tx, ports)
    expected = tuple(
        Expected(kind=VisitKind(each.kind.value), count=each.count, services=services_of(each.service_lines))
        for each in data.for_billing.opened().services
    )
    phase = None if data.phase is codes.Phase.UNKNOWN else Phase(data.phase.value)
    known = await ports.courses.find(PlanId(data.plan_id))
    if known is None:
        course = Course(
            id=PlanId(data.plan_id),
            patient_id=PatientId(data.patient_id),
            plan_version=data.version,
            expected=expected,
            phase=phase,
        )
        await ports.courses.add(course, tx)
        await gather_estimates(course, tx, ports)
        return
    course = known.updated(data.version, expected, phase)
    if course is known:
        return
    await ports.courses.save(course, expecting=known.version, tx=tx)
    await _change_estimate(course, tx, ports, next_phase=course.phase is not known.phase)


async def _change_estimate(course: Course, tx: Transaction, ports: Ports, *, next_phase: bool) -> None:
    upcoming = await ports.visits.next_of_plan(course.id, tx.now)
    next_on = ports.day_of(upcoming.starts_at) if upcoming else None
    for estimate in await ports.estimates.all_of(course.patient_id):
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
            now=tx.now,
        )
        if changed is not estimate:
            await ports.estimates.save(changed, expecting=estimate.version, tx=tx)

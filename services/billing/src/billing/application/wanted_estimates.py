"""Which good-faith estimates are wanted, and by when: for a visit, for a plan's visits together, on a question."""

from datetime import date, datetime

from billing.application.ports import Ports
from billing.domain.courses import Course
from billing.domain.estimate_clocks import due_after_booking
from billing.domain.estimates import Estimate, EstimateCause, Expected
from billing.domain.ids import EstimateId, PatientId
from billing.domain.money import Money
from billing.domain.visits import Visit
from careflow_service.work import Transaction

MONTHS_IN_A_YEAR = 12


async def want_estimate(visit: Visit, booked_at: datetime, tx: Transaction, ports: Ports) -> None:
    """Starts the clock of a booked visit, unless an estimate covers it or it is too soon for one."""
    visit_on = ports.day_of(visit.starts_at)
    due_by = due_after_booking(ports.day_of(booked_at), visit_on, ports.policy.estimates, ports.calendar, ports.zone)
    known = await ports.estimates.all_of(visit.patient_id)
    if due_by is None or any(each.covers(visit.kind, visit_on, visit.id, visit.plan_id) for each in known):
        return
    course = await ports.courses.find(visit.plan_id) if visit.plan_id else None
    of_plan = course is not None and course.expects(visit.kind)
    services = ports.schedules.on(visit_on).visits.get(visit.kind, ())
    if not of_plan and not services:
        return
    estimate = Estimate(
        id=EstimateId(tx.new_id()),
        patient_id=visit.patient_id,
        cause=EstimateCause.VISIT,
        started_at=booked_at,
        due_by=due_by,
        expected=course.expected if course and of_plan else (Expected(kind=visit.kind, count=1, services=services),),
        first_visit_on=visit_on,
        covers_until=covered_until(visit_on, ports),
        charged=_nothing(ports),
        appointment_id=None if of_plan else visit.id,
        plan_id=course.id if course and of_plan else None,
        plan_version=course.plan_version if course and of_plan else None,
        providers=visit.providers,
    )
    await ports.estimates.add(estimate, tx)


async def gather_estimates(course: Course, tx: Transaction, ports: Ports) -> None:
    """The plan was heard of after visits of it were booked: its one estimate takes the place of theirs, on the clock
    that was running.
    """
    for estimate in await ports.estimates.all_of(course.patient_id):
        if estimate.appointment_id is None or estimate.due_by is None or estimate.issues:
            continue
        visit = await ports.visits.find(estimate.appointment_id)
        if visit is None or visit.plan_id != course.id or not course.expects(visit.kind):
            continue
        await ports.estimates.save(estimate.withdraw(), expecting=estimate.version, tx=tx)
        await want_estimate(visit, estimate.started_at, tx, ports)


async def withdraw_estimate(visit: Visit, tx: Transaction, ports: Ports) -> None:
    """What was due for this visit alone is not due any more."""
    for estimate in await ports.estimates.all_of(visit.patient_id):
        if estimate.appointment_id == visit.id and estimate.due_by is not None:
            await ports.estimates.save(estimate.withdraw(), expecting=estimate.version, tx=tx)


def asked_estimate(
    patient_id: PatientId, expected: tuple[Expected, ...], due_by: datetime, tx: Transaction, ports: Ports
) -> Estimate:
    """The estimate of a question about costs."""
    return Estimate(
        id=EstimateId(tx.new_id()),
        patient_id=patient_id,
        cause=EstimateCause.REQUEST,
        started_at=tx.now,
        due_by=due_by,
        expected=expected,
        first_visit_on=None,
        covers_until=covered_until(ports.day_of(tx.now), ports),
        charged=_nothing(ports),
    )


def covered_until(first: date, ports: Ports) -> date:
    """Until when one estimate may cover recurring visits that begin on a date."""
    months = first.month - 1 + ports.policy.estimates.series_months.value
    year, month = first.year + months // MONTHS_IN_A_YEAR, months % MONTHS_IN_A_YEAR + 1
    return date(year, month, min(first.day, 28))


def _nothing(ports: Ports) -> Money:
    return Money(0, ports.policy.currency)

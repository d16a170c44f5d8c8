"""Which good-faith estimates are wanted, and by when: for a visit, for a plan's visits together, on a question."""

from collections.abc import Sequence
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


async def want_estimate(
    visit: Visit, course: Course | None, known: Sequence[Estimate], booked_at: datetime, tx: Transaction, ports: Ports
) -> None:
    """Starts the clock of a booked visit, unless one of the patient's estimates covers it or it is too soon for one.
    `course` is the visit's plan, as far as it was heard of.
    """
    wanted = _wanted(visit, course, known, booked_at, tx, ports)
    if wanted is not None:
        await ports.estimates.add(wanted, tx)


async def gather_estimates(
    course: Course, visits: Sequence[Visit], estimates: Sequence[Estimate], tx: Transaction, ports: Ports
) -> None:
    """The plan was heard of after visits of it were booked: its one estimate takes the place of theirs, on the clock
    that was running.
    """
    of_plan = {visit.id: visit for visit in visits if course.expects(visit.kind)}
    gathered = {estimate.id: estimate for estimate in estimates}
    for estimate in estimates:
        visit = of_plan.get(estimate.appointment_id) if estimate.appointment_id else None
        if visit is None or estimate.due_by is None or estimate.issues:
            continue
        gathered[estimate.id] = estimate.withdraw()
        await ports.estimates.save(gathered[estimate.id], expecting=estimate.version, tx=tx)
        wanted = _wanted(visit, course, tuple(gathered.values()), estimate.started_at, tx, ports)
        if wanted is not None:
            gathered[wanted.id] = wanted
            await ports.estimates.add(wanted, tx)


async def withdraw_estimate(visit: Visit, estimates: Sequence[Estimate], tx: Transaction, ports: Ports) -> None:
    """What was due for this visit alone is not due any more."""
    for estimate in estimates:
        if estimate.appointment_id == visit.id and estimate.due_by is not None:
            await ports.estimates.save(estimate.withdraw(), expecting=estimate.version, tx=tx)


def _wanted(
    visit: Visit, course: Course | None, known: Sequence[Estimate], booked_at: datetime, tx: Transaction, ports: Ports
) -> Estimate | None:
    visit_on = ports.day_of(visit.starts_at)
    due_by = due_after_booking(ports.day_of(booked_at), visit_on, ports.policy.estimates, ports.calendar, ports.zone)
    if due_by is None or any(each.covers(visit.kind, visit_on, visit.id, visit.plan_id) for each in known):
        return None
    of_plan = course is not None and course.expects(visit.kind)
    services = ports.schedules.on(visit_on).visits.get(visit.kind, ())
    if not of_plan and not services:
        return None
    return Estimate(
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

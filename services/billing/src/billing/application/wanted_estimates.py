"""Which good-faith estimates are wanted, and by when: for a visit, for a plan's visits together, on a question."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from billing.application.ports import Ports
from billing.domain.courses import Course
from billing.domain.estimate_clocks import due_after_booking
from billing.domain.estimate_issues import Expected
from billing.domain.estimate_prices import EstimatePrices
from billing.domain.estimates import CoveredVisit, Estimate, EstimateCause
from billing.domain.ids import EstimateId, PatientId
from billing.domain.money import Money
from billing.domain.services import Service
from billing.domain.visits import Visit
from careflow_service.upsert import upsert
from careflow_service.work import Transaction

MONTHS_IN_A_YEAR = 12


async def want_estimate(
    visit: Visit,
    course: Course | None,
    known: Sequence[Estimate],
    to_come: Sequence[Visit],
    booked_at: datetime,
    tx: Transaction,
    ports: Ports,
) -> None:
    """The booked visit takes its place in one of the patient's estimates, or starts a clock of its own, unless it is
    too soon for one. `course` is the visit's plan, as far as it was heard of; `to_come` are the patient's other visits.
    """
    covering = _covering(visit, course, known, to_come, booked_at, tx, ports)
    if covering is not None:
        await _keep(known, (covering,), tx, ports)


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
        covering = _covering(visit, course, tuple(gathered.values()), visits, estimate.started_at, tx, ports)
        if covering is not None:
            gathered[covering.id] = covering
    await _keep(estimates, gathered.values(), tx, ports)


async def free_place(
    visit: Visit, estimates: Sequence[Estimate], to_come: Sequence[Visit], tx: Transaction, ports: Ports
) -> None:
    """The visit does not take place: its place is free, and what was due for it alone is not due any more."""
    others = [each for each in to_come if each.id != visit.id and each.is_to_be_charged]
    freed = [
        prices_of(ports, tx).of_visits(each.uncover(visit.id), others)
        for each in estimates
        if each.has_covered(visit.id)
    ]
    await _keep(estimates, freed, tx, ports)


async def reprice(
    visit: Visit, estimates: Sequence[Estimate], to_come: Sequence[Visit], tx: Transaction, ports: Ports
) -> None:
    """The visit takes place on another date: what is not issued yet is made of the prices of that date, and is due
    before it; where an issued one says something else than it costs then, a new version is due.
    """
    visit_on, today = ports.day_of(visit.starts_at), ports.day_of(tx.now)
    due_by = _due_by(today, visit_on, ports) or visit.starts_at
    covering = [
        _at_prices_of(visit, to_come, each, tx, ports).due_at_latest(due_by)
        for each in estimates
        if each.has_covered(visit.id)
    ]
    await _keep(estimates, covering, tx, ports)


async def name_providers(
    visit: Visit, estimates: Sequence[Estimate], to_come: Sequence[Visit], tx: Transaction, ports: Ports
) -> None:
    """Somebody else gives the visit: whoever gives the visits of its estimate is named there."""
    coming = sorted(_coming(visit, to_come, tx), key=lambda each: (each.starts_at, each.id))
    named = []
    for estimate in estimates:
        if estimate.has_covered(visit.id):
            given_by = (who for each in coming if estimate.has_covered(each.id) for who in each.providers)
            billing = tuple(dict.fromkeys(who for who in given_by if ports.practice.bills(who)))
            args = (ports.day_of(visit.starts_at), ports.policy, ports.calendar, ports.zone)
            named.append(estimate.change_providers(billing, *args, now=tx.now) if billing else estimate)
    await _keep(estimates, named, tx, ports)


async def _keep(known: Sequence[Estimate], now: Iterable[Estimate], tx: Transaction, ports: Ports) -> None:
    before = {estimate.id: estimate for estimate in known}
    for estimate in now:
        await upsert(ports.estimates, before.get(estimate.id), estimate, tx)


def _at_prices_of(
    visit: Visit, to_come: Sequence[Visit], estimate: Estimate, tx: Transaction, ports: Ports
) -> Estimate:
    return prices_of(ports, tx).of_visits(estimate, _coming(visit, to_come, tx))


def _coming(visit: Visit, to_come: Sequence[Visit], tx: Transaction) -> list[Visit]:
    """The patient's visits to come, this one as it is now."""
    known = (visit, *(each for each in to_come if each.id != visit.id))
    return [each for each in known if each.is_to_be_charged and each.starts_at > tx.now]


def prices_of(ports: Ports, tx: Transaction) -> EstimatePrices:
    """The clinic's prices and clocks, now."""
    return EstimatePrices(
        schedules=ports.schedules, policy=ports.policy, calendar=ports.calendar, zone=ports.zone, now=tx.now
    )


def _due_by(booked_on: date, visit_on: date, ports: Ports) -> datetime | None:
    return due_after_booking(booked_on, visit_on, ports.policy.estimates, ports.calendar, ports.zone)


def _covering(
    visit: Visit,
    course: Course | None,
    known: Sequence[Estimate],
    to_come: Sequence[Visit],
    booked_at: datetime,
    tx: Transaction,
    ports: Ports,
) -> Estimate | None:
    """The estimate the visit has a place in: one there is, or a new one; None where it is too soon for any."""
    if any(each.has_covered(visit.id) for each in known):
        return None
    visit_on = ports.day_of(visit.starts_at)
    due_by = _due_by(ports.day_of(booked_at), visit_on, ports)
    latest_due = due_by or ports.opening_of(visit_on)
    with_place = [each for each in known if each.has_place_for(visit, visit_on, latest_due)]
    if with_place:
        of_its_plan = [each for each in with_place if each.plan_id is not None]
        return _at_prices_of(visit, to_come, (of_its_plan or with_place)[0].cover(visit), tx, ports)
    if due_by is None:
        return None
    of_plan = course is not None and course.expects(visit.kind) and not _has_one(course, known)
    services = _services_of(visit, course, visit_on, ports)
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
        priced_on=visit_on,
        covers_until=covered_until(visit_on, ports),
        charged=_nothing(ports),
        covered=(CoveredVisit(appointment_id=visit.id, kind=visit.kind),),
        appointment_id=None if of_plan else visit.id,
        plan_id=course.id if course and of_plan else None,
        plan_version=course.plan_version if course and of_plan else None,
        providers=visit.providers,
    )


def _has_one(course: Course, known: Sequence[Estimate]) -> bool:
    """Whether the plan has its estimate, which counts no further visit of this kind."""
    return any(each.plan_id == course.id and (each.issues or each.due_by is not None) for each in known)


def _services_of(visit: Visit, course: Course | None, visit_on: date, ports: Ports) -> tuple[Service, ...]:
    """What such a visit is usually billed by: as its plan says, else as the fee schedule does."""
    planned = [each.services for each in course.expected if each.kind is visit.kind] if course else []
    return planned[0] if planned else tuple(ports.schedules.on(visit_on).visits.get(visit.kind, ()))


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
        priced_on=ports.day_of(tx.now),
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

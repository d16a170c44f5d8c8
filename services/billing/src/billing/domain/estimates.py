"""Good-faith estimates (No Surprises Act, 45 CFR 149.610): when one is due, what it says, whether it held.

Invariant: an estimate that was issued never changes; a change of scope or price is a newer version of it, and every
version is kept.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.domain.card_numbers import refuse_card_number
from billing.domain.charges import Charge
from billing.domain.estimate_clocks import due_on_change
from billing.domain.estimate_disputes import DisputeOutcome, EstimateDispute
from billing.domain.estimate_issues import DeliveryWay, Expected, Issue, Parties, line_of
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import AppointmentId, EstimateId, PatientId, PlanId, StaffId
from billing.domain.money import Money, total
from billing.domain.policy import BillingPolicy
from billing.domain.visits import Visit, VisitKind
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.business_days import BusinessCalendar, business_day_before, end_of
from careflow_domain.errors import conflict, invalid, not_found


class EstimateCause(StrEnum):
    """What started the clock."""

    VISIT = "visit"
    REQUEST = "request"
    PLAN_CHANGED = "plan_changed"
    PRICE_CHANGED = "price_changed"
    PROVIDER_CHANGED = "provider_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredVisit:
    """A visit that has one of the places an estimate counts."""

    appointment_id: AppointmentId
    kind: VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateFact(Fact):
    estimate: "Estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateIssued(EstimateFact):
    """A version was issued; `due_by` is when it had to be."""

    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDelivered(EstimateFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOverdue(EstimateFact):
    """Nothing was issued by the time the law gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateExceeded(EstimateFact):
    """What was charged is so much more than the estimate that somebody must look."""

    over: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDisputed(EstimateFact):
    """The patient has begun a dispute about what was billed beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDisputeClosed(EstimateFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Aggregate):
    """`due_by` is None when nothing is due; `charged` is what was posted under it so far, in this phase of a course.
    `covered` are the visits that have their places in it, never more of a kind than are expected; `priced_on` is the
    day whose prices it is made of.
    """

    id: EstimateId
    patient_id: PatientId
    cause: EstimateCause
    started_at: datetime
    due_by: datetime | None
    expected: tuple[Expected, ...]
    first_visit_on: date | None
    priced_on: date
    covers_until: date
    charged: Money
    covered: tuple[CoveredVisit, ...] = ()
    appointment_id: AppointmentId | None = None
    plan_id: PlanId | None = None
    plan_version: int | None = None
    providers: tuple[StaffId, ...] = ()
    issues: tuple[Issue, ...] = ()
    overdue_at: datetime | None = None
    exceeded: bool = False
    dispute: EstimateDispute | None = None

    @property
    def latest(self) -> Issue | None:
        return self.issues[-1] if self.issues else None

    @property
    def is_disputed(self) -> bool:
        return self.dispute is not None and self.dispute.is_open

    @property
    def can_be_disputed(self) -> bool:
        """Whether so much more was charged than the latest version says that a dispute may begin, if it is in time."""
        if self.latest is None or self.is_disputed:
            return False
        return self.charged - self.latest.total >= self.latest.dispute_line

    def counts(self, charge: Charge) -> bool:
        """Whether what a charge comes to is counted against it: its visit has a place in it, or is of its plan."""
        about = charge.rendered
        if about.appointment_id is not None and self.has_covered(about.appointment_id):
            return True
        return about.plan_id is not None and self.plan_id == about.plan_id

    def has_covered(self, appointment_id: AppointmentId) -> bool:
        return any(each.appointment_id == appointment_id for each in self.covered)

    def has_place_for(self, visit: Visit, day: date, due_by: datetime) -> bool:
        """Whether a visit that needs one by `due_by` needs none of its own because of this one: it is issued, or due by
        then, counts visits of that kind, and not all of those are booked.
        """
        if self.latest is None and (self.due_by is None or self.due_by > due_by):
            return False
        if self.appointment_id is not None or (self.plan_id is not None and self.plan_id != visit.plan_id):
            return False
        expected = sum(each.count for each in self.expected if each.kind is visit.kind)
        taken = sum(each.kind is visit.kind for each in self.covered)
        return day <= self.covers_until and taken < expected

    def cover(self, visit: Visit) -> "Estimate":
        """The visit has a place in it."""
        covered = CoveredVisit(appointment_id=visit.id, kind=visit.kind)
        return self if covered in self.covered else replace(self.recording(), covered=(*self.covered, covered))

    def uncover(self, appointment_id: AppointmentId) -> "Estimate":
        """The visit does not take place: another one may have its place, and nothing is due for it alone."""
        if not self.has_covered(appointment_id):
            return self
        kept = tuple(each for each in self.covered if each.appointment_id != appointment_id)
        due_by = None if self.appointment_id == appointment_id else self.due_by
        return replace(self.recording(), covered=kept, due_by=due_by)

    def change_providers(
        self,
        providers: tuple[StaffId, ...],
        visit_on: date,
        policy: BillingPolicy,
        calendar: BusinessCalendar,
        zone: ZoneInfo,
        *,
        now: datetime,
    ) -> "Estimate":
        """These give its visits now. What is not issued yet names them; of an issued one a new version is due where it
        does not name somebody, a business day before the visit. Where that is over it stands: whoever takes a visit
        over then keeps to it (45 CFR 149.610(b)(1)).
        """
        if self.latest is None:
            changes = self.due_by is not None and providers != self.providers
            return replace(self.recording(), providers=providers) if changes else self
        clocks = policy.estimates
        before = business_day_before(visit_on, clocks.before_service_on_change.value, calendar)
        if set(providers) <= set(self.providers) or now >= end_of(before, zone):
            return self
        due_by = due_on_change(visit_on, clocks, calendar, zone, now=now)
        changed = replace(self.recording(), providers=providers)
        if self.due_by is not None:
            return replace(changed, due_by=min(due_by, self.due_by))
        return replace(changed, cause=EstimateCause.PROVIDER_CHANGED, started_at=now, due_by=due_by)

    def due_at_latest(self, by: datetime) -> "Estimate":
        """While it was never issued it is due no later than that."""
        if self.latest is not None or self.due_by is None or self.due_by <= by:
            return self
        return replace(self.recording(), due_by=by)

    def issue(
        self,
        parties: Parties,
        schedule: FeeSchedule,
        policy: BillingPolicy,
        diagnoses: tuple[str, ...],
        *,
        late_reason: str | None,
        now: datetime,
    ) -> "Estimate":
        """The next version, as things are expected now. Raises `estimate_current`, `estimate_late` without a reason
        after its time, `late_reason_not_needed`, `card_number_refused`, and `code_not_priced`.
        """
        refuse_card_number(late_reason)
        if self.due_by is None:
            raise conflict("estimate_current", "What was issued is current; nothing more is due.")
        late = now > self.due_by
        if late and not late_reason:
            raise conflict("estimate_late", "The time for this estimate is over; issuing it needs a reason.")
        if late_reason and not late:
            raise invalid("late_reason_not_needed", "The estimate is in time and needs no reason.")
        lines = tuple(line_of(each, service, schedule) for each in self.expected for service in each.services)
        issue = Issue(
            number=len(self.issues) + 1,
            parties=parties,
            issued_at=now,
            late_reason=late_reason,
            service_date=self.first_visit_on,
            lines=lines,
            diagnoses=diagnoses,
            total=total((line.amount for line in lines), self.charged.currency),
            dispute_line=policy.dispute_line.value,
            schedule_version=schedule.version,
        )
        after = replace(self.recording(), issues=(*self.issues, issue), due_by=None, overdue_at=None, exceeded=False)
        return after.saying(EstimateIssued(estimate=after, due_by=self.due_by, at=now))

    def deliver(self, way: DeliveryWay, *, now: datetime) -> "Estimate":
        """The patient got the latest version. Raises `estimate_not_issued` and `estimate_delivered`."""
        if self.latest is None:
            raise conflict("estimate_not_issued", "There is nothing to deliver yet.")
        if self.latest.delivered_at is not None:
            raise conflict("estimate_delivered", "The latest version was delivered already.")
        delivered = replace(self.latest, delivered_at=now, delivered_by=way)
        after = replace(self.recording(), issues=(*self.issues[:-1], delivered))
        return after.saying(EstimateDelivered(estimate=after, at=now))

    def begin_dispute(
        self, billed_on: date, initiated_on: date, policy: BillingPolicy, *, today: date, now: datetime
    ) -> "Estimate":
        """Raises `estimate_not_issued`, `dispute_open`, and what `EstimateDispute.check` raises."""
        if self.latest is None:
            raise conflict("estimate_not_issued", "There is nothing to dispute yet.")
        if self.is_disputed:
            raise conflict("dispute_open", "A dispute about this estimate is open already.")
        dispute = EstimateDispute(
            billed_on=billed_on,
            initiated_on=initiated_on,
            opened_at=now,
            billed=self.charged,
            estimated=self.latest.total,
        ).check(self.latest.dispute_line, policy.dispute_days.value, today)
        after = replace(self.recording(), dispute=dispute)
        return after.saying(EstimateDisputed(estimate=after, at=now))

    def close_dispute(self, outcome: DisputeOutcome, adjusted: Money | None, *, now: datetime) -> "Estimate":
        """It was decided, settled or given up. Raises `dispute_not_found`, and what `EstimateDispute.close` raises."""
        if self.dispute is None:
            raise not_found("dispute")
        after = replace(self.recording(), dispute=self.dispute.close(outcome, adjusted, now=now))
        return after.saying(EstimateDisputeClosed(estimate=after, at=now))

    def withdraw(self) -> "Estimate":
        """Nothing is due any more, and nothing has a place in it: another one counts its visits."""
        return replace(self.recording(), due_by=None, covered=())

    def miss(self, *, now: datetime) -> "Estimate":
        """Its time is over and nothing was issued; it stays due."""
        after = replace(self.recording(), overdue_at=now)
        return after.saying(EstimateOverdue(estimate=after, at=now))

    def change_scope(
        self,
        expected: tuple[Expected, ...],
        plan_version: int,
        next_visit_on: date | None,
        policy: BillingPolicy,
        calendar: BusinessCalendar,
        zone: ZoneInfo,
        *,
        next_phase: bool,
        to_come: frozenset[AppointmentId] = frozenset(),
        now: datetime,
    ) -> "Estimate":
        """The plan was changed: a new version is due at the latest a business day before the next visit, on the usual
        clock of a request if none is booked. In the next phase of a course nothing is expected yet but that phase, and
        what was charged counts from there; of its visits only those `to_come` keep their places.
        """
        if self.plan_version is not None and plan_version <= self.plan_version:
            return self
        changed = replace(self.recording(), expected=expected, plan_version=plan_version)
        if next_phase:
            kept = tuple(each for each in self.covered if each.appointment_id in to_come)
            changed = replace(changed, charged=replace(self.charged, minor=0), covered=kept)
        if (expected == self.expected and not next_phase) or self.latest is None:
            return changed
        due_by = due_on_change(next_visit_on, policy.estimates, calendar, zone, now=now)
        priced_on = next_visit_on or now.astimezone(zone).date()
        return replace(changed, cause=EstimateCause.PLAN_CHANGED, started_at=now, due_by=due_by, priced_on=priced_on)

    def charge(self, amount: Money, policy: BillingPolicy, *, now: datetime) -> "Estimate":
        """So much was posted under it, or reversed if below zero; said once when it is over the line."""
        after = replace(self.recording(), charged=self.charged + amount)
        if self.latest is None or self.exceeded:
            return after
        over = after.charged - self.latest.total
        if over < policy.exceeded_by.value:
            return after
        return replace(after, exceeded=True).saying(EstimateExceeded(estimate=after, over=over, at=now))

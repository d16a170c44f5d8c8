"""Good-faith estimates (No Surprises Act, 45 CFR 149.610): when one is due, what it says, whether it held.

Invariant: an estimate that was issued never changes; a change of scope or price is a newer version of it, and every
version is kept.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.domain.accounts import BillingProfile
from billing.domain.business_days import BusinessCalendar, business_day_before, end_of
from billing.domain.card_numbers import refuse_card_number
from billing.domain.estimate_clocks import due_on_request
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import AppointmentId, EstimateId, PatientId, PlanId, StaffId
from billing.domain.money import Money, total
from billing.domain.policy import BillingPolicy
from billing.domain.practice import BilledProvider, Practice
from billing.domain.services import Service
from billing.domain.visits import VisitKind
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid


class EstimateCause(StrEnum):
    """What started the clock."""

    VISIT = "visit"
    REQUEST = "request"
    PLAN_CHANGED = "plan_changed"


class DeliveryWay(StrEnum):
    """How the patient got it, in writing."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an estimate counts: so many visits of a kind, each with these services."""

    kind: VisitKind
    count: int
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    kind: VisitKind
    code: str
    description: str
    units: int
    unit_price: Money
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedClinician:
    """Somebody who is expected to render services."""

    name: str
    credentials: str
    npi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Between whom an estimate is: the patient by name and birth date, the practice, who would see the patient."""

    patient_name: str
    birth_date: date
    provider: BilledProvider
    clinicians: tuple[EstimatedClinician, ...]

    @classmethod
    def of(cls, profile: BillingProfile, practice: Practice, staff: tuple[StaffId, ...]) -> "Parties":
        known = [clinician for staff_id in staff if (clinician := practice.clinician(staff_id))]
        return cls(
            patient_name=profile.legal_name,
            birth_date=profile.birth_date,
            provider=practice.on_paper(),
            clinicians=tuple(
                EstimatedClinician(name=each.name, credentials=each.credentials, npi=each.npi) for each in known
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One version as the patient got it. `diagnoses` is empty while none is determined."""

    number: int
    parties: Parties = field(repr=False)
    issued_at: datetime
    late_reason: str | None
    service_date: date | None
    lines: tuple[EstimateLine, ...]
    diagnoses: tuple[str, ...]
    total: Money
    dispute_line: Money
    schedule_version: str
    delivered_at: datetime | None = None
    delivered_by: DeliveryWay | None = None


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
class Estimate(Aggregate):
    """`due_by` is None when nothing is due; `charged` is what was posted under it so far, in this phase of a course."""

    id: EstimateId
    patient_id: PatientId
    cause: EstimateCause
    started_at: datetime
    due_by: datetime | None
    expected: tuple[Expected, ...]
    first_visit_on: date | None
    covers_until: date
    charged: Money
    appointment_id: AppointmentId | None = None
    plan_id: PlanId | None = None
    plan_version: int | None = None
    providers: tuple[StaffId, ...] = ()
    issues: tuple[Issue, ...] = ()
    overdue_at: datetime | None = None
    exceeded: bool = False

    @property
    def latest(self) -> Issue | None:
        return self.issues[-1] if self.issues else None

    def covers(self, kind: VisitKind, day: date, appointment_id: AppointmentId, plan_id: PlanId | None) -> bool:
        """Whether a visit needs no estimate of its own because of this one, which is issued or due."""
        if self.latest is None and self.due_by is None:
            return False
        if self.appointment_id is not None:
            return self.appointment_id == appointment_id
        if self.plan_id is not None and self.plan_id != plan_id:
            return False
        return day <= self.covers_until and any(each.kind is kind for each in self.expected)

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
        lines = tuple(_line(each, service, schedule) for each in self.expected for service in each.services)
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

    def withdraw(self) -> "Estimate":
        """Nothing is due any more: what it was for will not take place."""
        return replace(self.recording(), due_by=None)

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
        now: datetime,
    ) -> "Estimate":
        """The plan was changed: a new version is due at the latest a business day before the next visit, on the usual
        clock of a request if none is booked. In the next phase of a course nothing is expected yet but that phase, and
        what was charged counts from there.
        """
        if self.plan_version is not None and plan_version <= self.plan_version:
            return self
        changed = replace(self.recording(), expected=expected, plan_version=plan_version)
        if next_phase:
            changed = replace(changed, charged=replace(self.charged, minor=0))
        if (expected == self.expected and not next_phase) or self.latest is None:
            return changed
        today = now.astimezone(zone).date()
        due_by = due_on_request(today, policy.estimates, calendar, zone)
        if next_visit_on is not None:
            before = policy.estimates.before_service_on_change.value
            due_by = min(due_by, max(now, end_of(business_day_before(next_visit_on, before, calendar), zone)))
        return replace(changed, cause=EstimateCause.PLAN_CHANGED, started_at=now, due_by=due_by)

    def charge(self, amount: Money, policy: BillingPolicy, *, now: datetime) -> "Estimate":
        """So much was posted under it, or reversed if below zero; said once when it is over the line."""
        after = replace(self.recording(), charged=self.charged + amount)
        if self.latest is None or self.exceeded:
            return after
        over = after.charged - self.latest.total
        if over < policy.exceeded_by.value:
            return after
        return replace(after, exceeded=True).saying(EstimateExceeded(estimate=after, over=over, at=now))


def _line(expected: Expected, service: Service, schedule: FeeSchedule) -> EstimateLine:
    price = schedule.expect_price(service.code)
    return EstimateLine(
        kind=expected.kind,
        code=service.code,
        description=price.description,
        units=service.units * expected.count,
        unit_price=price.amount,
        amount=price.amount * service.units * expected.count,
    )

"""At whose prices an estimate is made: those of the dearest of its visits to come, so that it promises no less than is
charged. An issued one whose visits cost what it says stands; where one costs something else, a newer version is due.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing.domain.estimate_clocks import due_on_change
from billing.domain.estimates import Estimate, EstimateCause
from billing.domain.fee_schedule import FeeSchedule, FeeSchedules
from billing.domain.policy import BillingPolicy
from billing.domain.visits import Visit, VisitKind
from careflow_domain.business_days import BusinessCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePrices:
    """The clinic's prices and clocks, as of `now`."""

    schedules: FeeSchedules
    policy: BillingPolicy
    calendar: BusinessCalendar
    zone: ZoneInfo
    now: datetime

    def of_visits(self, estimate: Estimate, visits: Iterable[Visit]) -> Estimate:
        """The estimate once these are the patient's visits to come; itself where that changes nothing of it."""
        booked = [(each.kind, self._day(each)) for each in visits if estimate.has_covered(each.id)]
        due = estimate.due_by is not None
        if estimate.latest is None:
            return self._made_of(estimate, booked) if due else estimate
        if self._holds(estimate, booked):
            if due and estimate.cause is EstimateCause.PRICE_CHANGED:
                return replace(estimate.recording(), due_by=None, overdue_at=None)
            return self._made_of(estimate, booked) if due else estimate
        changed = self._made_of(estimate, booked)
        due_by = due_on_change(changed.priced_on, self.policy.estimates, self.calendar, self.zone, now=self.now)
        if estimate.due_by is not None:
            return changed if estimate.due_by <= due_by else replace(changed.recording(), due_by=due_by)
        cause = EstimateCause.PRICE_CHANGED
        return replace(changed.recording(), cause=cause, started_at=self.now, due_by=due_by)

    def _made_of(self, estimate: Estimate, booked: list[tuple[VisitKind, date]]) -> Estimate:
        """The next version is at the prices of the dearest visit, and names the first."""
        if not booked:
            return estimate
        first, dearest = min(day for _, day in booked), self._dearest(estimate, booked)
        if (first, dearest) == (estimate.first_visit_on, estimate.priced_on):
            return estimate
        return replace(estimate.recording(), first_visit_on=first, priced_on=dearest)

    def _holds(self, estimate: Estimate, booked: list[tuple[VisitKind, date]]) -> bool:
        """Whether the latest version says what each of these visits costs, or what one issued now would say."""
        if not booked or self._says(estimate, self.schedules.on(self._dearest(estimate, booked))):
            return True
        kinds = {kind for kind, _ in booked}
        of_kind = ((kind, [each for each in booked if each[0] is kind]) for kind in kinds)
        return all(
            self._says(estimate, self.schedules.on(self._dearest(estimate, visits)), kind) for kind, visits in of_kind
        )

    @staticmethod
    def _says(estimate: Estimate, schedule: FeeSchedule, kind: VisitKind | None = None) -> bool:
        lines = estimate.latest.lines if estimate.latest else ()
        prices = ((line.unit_price, schedule.price(line.code)) for line in lines if kind in (None, line.kind))
        return all(price is not None and price.amount == said for said, price in prices)

    def _dearest(self, estimate: Estimate, booked: list[tuple[VisitKind, date]]) -> date:
        """The first day on which what is expected costs most."""
        return max(sorted(day for _, day in booked), key=lambda day: _cost(estimate, self.schedules.on(day)))

    def _day(self, visit: Visit) -> date:
        return visit.starts_at.astimezone(self.zone).date()


def _cost(estimate: Estimate, schedule: FeeSchedule) -> int:
    """In minor units, without what is not priced."""
    counted = ((each.count * service.units, service.code) for each in estimate.expected for service in each.services)
    priced = ((times, schedule.price(code)) for times, code in counted)
    return sum(times * price.amount.minor for times, price in priced if price is not None)

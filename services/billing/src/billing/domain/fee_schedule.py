"""What services cost, by date. Invariant: the schedule of the date of service decides; it prices each code once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from billing.domain.ledger import LedgerAccount
from billing.domain.money import Money, total
from billing.domain.services import Service, is_service_code
from billing.domain.visits import FREE_KINDS, VisitKind
from careflow_domain.errors import conflict, invalid

MOST_SESSIONS: Final = 100
"""More visits nobody buys at once: a slip of the pen in the schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit of a service costs and which revenue it is."""

    code: str
    description: str
    amount: Money
    revenue: LedgerAccount

    def __post_init__(self) -> None:
        if not is_service_code(self.code) or self.amount.minor < 0 or not self.description:
            raise invalid("fee_schedule_invalid", "A price needs a service code, a description and an amount.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOffer:
    """So many visits of a kind at a price for all of them. Raises `fee_schedule_invalid`."""

    code: str
    description: str
    kind: VisitKind
    sessions: int
    price: Money

    def __post_init__(self) -> None:
        if not (self.code and self.description) or self.kind in FREE_KINDS or not 1 < self.sessions <= MOST_SESSIONS:
            raise invalid("fee_schedule_invalid", "A package is more than one visit of a kind that is charged for.")
        if self.price.minor < self.sessions:
            raise invalid("fee_schedule_invalid", "A package has a price, at least a cent for each visit.")

    def share(self, place: int) -> Money:
        """What the visit in a place (from 0) costs: the odd cents are the last one's."""
        each, odd = divmod(self.price.minor, self.sessions)
        return Money(each + (odd if place == self.sessions - 1 else 0), self.price.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """The prices from a date on. `visits` names the services each kind of visit usually has: what an estimate counts
    where no plan says otherwise, and what fees for missed visits are a part of. Raises `fee_schedule_invalid`.
    """

    version: str
    effective_from: date
    prices: tuple[Price, ...]
    visits: Mapping[VisitKind, tuple[Service, ...]] = field(default_factory=dict)
    packages: tuple[PackageOffer, ...] = ()

    def __post_init__(self) -> None:
        codes = [price.code for price in self.prices]
        if len(set(codes)) != len(codes) or len({price.amount.currency for price in self.prices}) != 1:
            raise invalid("fee_schedule_invalid", "A schedule prices each code once, all in one currency.")
        if any(service.code not in codes for services in self.visits.values() for service in services):
            raise invalid("fee_schedule_invalid", "A schedule prices every service its visits usually have.")
        offers = [offer.code for offer in self.packages]
        if len(set(offers)) != len(offers) or {o.price.currency for o in self.packages} - {self.currency}:
            raise invalid("fee_schedule_invalid", "A schedule offers each package once, in the currency of its prices.")

    @property
    def currency(self) -> str:
        return self.prices[0].amount.currency

    def expect_offer(self, code: str) -> PackageOffer:
        """A package the clinic sells. Raises `package_not_offered`."""
        offer = next((offer for offer in self.packages if offer.code == code), None)
        if offer is None:
            raise conflict("package_not_offered", "The fee schedule has no package of this code.")
        return offer

    def price(self, code: str) -> Price | None:
        """The price of one unit; None for a code the clinic does not offer."""
        return next((price for price in self.prices if price.code == code), None)

    def expect_price(self, code: str) -> Price:
        """The price of one unit. Raises `code_not_priced`."""
        price = self.price(code)
        if price is None:
            raise conflict("code_not_priced", "The fee schedule has no price for this code.")
        return price

    def usual_cost(self, kind: VisitKind) -> Money:
        """What a visit of this kind usually comes to; nothing for one that is free."""
        return total(self.expect_price(service.code).amount * service.units for service in self.visits.get(kind, ()))


@dataclass(frozen=True, slots=True)
class FeeSchedules:
    """All schedules, by the date each begins. Raises `fee_schedule_invalid`."""

    schedules: tuple[FeeSchedule, ...]

    def __post_init__(self) -> None:
        starts = [schedule.effective_from for schedule in self.schedules]
        if not starts or starts != sorted(set(starts)):
            raise invalid("fee_schedule_invalid", "Schedules are listed by date, each beginning later than the last.")

    def on(self, day: date) -> FeeSchedule:
        """The schedule that holds on a date; before the first one, the first."""
        holding = [schedule for schedule in self.schedules if schedule.effective_from <= day]
        return holding[-1] if holding else self.schedules[0]

"""What services cost, and on what terms they are charged."""

from dataclasses import dataclass, replace

from billing.domain.accounts import Account
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import PackageId
from billing.domain.ledger import LedgerAccount
from billing.domain.money import Money, total
from billing.domain.obstacles import Obstacle
from billing.domain.practice import Practice
from billing.domain.rendered import Rendered
from billing.domain.service_rules import ServiceRules
from billing.domain.services import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """A service with its price; None while the fee schedule has none."""

    service: Service | None
    description: str
    amount: Money | None
    revenue: LedgerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A visit is one of a package: what its services cost together at most."""

    package_id: PackageId
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides whether and at what price a service is charged: the patient's account, the prices and rules of the
    day, the practice, the package it is one visit of, and what the clinicians' days speak against.
    """

    account: Account
    schedule: FeeSchedule
    rules: ServiceRules
    practice: Practice
    cover: Cover | None = None
    against: frozenset[Obstacle] = frozenset()

    def obstacles(self, rendered: Rendered, lines: tuple[ChargeLine, ...]) -> tuple[Obstacle, ...]:
        """Everything in its way, in the order of the list of obstacles."""
        found = set(self.against)
        if any(line.amount is None for line in lines):
            found.add(Obstacle.CODE_NOT_PRICED)
        for service in rendered.services:
            day = rendered.service_date
            found.update(self.rules.untrue(service, day, self.practice))
            by_coverage = self.account.coverage_obstacle(service.provider, rendered.started_at, day, self.practice)
            if by_coverage is not None:
                found.add(by_coverage)
        return tuple(each for each in Obstacle if each in found)

    def price(self, services: tuple[Service, ...]) -> tuple[ChargeLine, ...]:
        """Each by the fee schedule, all of them at no more than the package's price."""
        lines = tuple(_priced(service, self.schedule) for service in services)
        return lines if self.cover is None else _at_most(self.cover.most, lines)


def _priced(service: Service, schedule: FeeSchedule) -> ChargeLine:
    price = schedule.price(service.code)
    if price is None:
        return ChargeLine(service=service, description="", amount=None, revenue=LedgerAccount.OTHER_REVENUE)
    amount = price.amount * service.units
    return ChargeLine(service=service, description=price.description, amount=amount, revenue=price.revenue)


def _at_most(most: Money, lines: tuple[ChargeLine, ...]) -> tuple[ChargeLine, ...]:
    """Lines that come to no more than this: each by its part, the odd cents on the last one."""
    worth = total((line.amount for line in lines if line.amount), most.currency)
    if worth <= most:
        return lines
    left, found = most, []
    priced = [place for place, line in enumerate(lines) if line.amount]
    for place, line in enumerate(lines):
        if line.amount:
            part = Money(line.amount.minor * most.minor // worth.minor, most.currency)
            found.append(replace(line, amount=left if place == priced[-1] else part))
            left = left - part
        else:
            found.append(line)
    return tuple(found)

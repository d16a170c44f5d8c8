"""Receipts: what came in, what it is for, and what of it went back. What was entered in error never came in.

Invariant: what it is for, what waits, what is free and what went back come to what was received.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from billing.domain.charges import Charge
from billing.domain.ids import ChargeId
from billing.domain.letterhead import Letterhead, PaperKind
from billing.domain.money import Money, total
from billing.domain.packages import Package
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Allocation, Payment
from billing.domain.refunds import RefundReason
from billing.domain.rendered import ChargeCause


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidFor:
    """What of one payment is for one charge: `amount`, of which the clinic gave back `conceded`."""

    cause: ChargeCause
    service_date: date
    services: tuple[str, ...]
    amount: Money
    conceded: Money

    @property
    def kept(self) -> Money:
        return self.amount - self.conceded

    @classmethod
    def of(cls, allocation: Allocation, charge: Charge) -> "PaidFor":
        return cls(
            cause=charge.rendered.cause,
            service_date=charge.rendered.service_date,
            services=services_of(charge),
            amount=allocation.amount,
            conceded=allocation.conceded,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """`received_on` is when the money had come in; `on_its_way` is what has not arrived yet."""

    refunded_on: date
    received_on: date
    method: PaymentMethod
    reason: RefundReason
    amount: Money
    on_its_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`for_visit` and `for_package` wait for what is to come, `free` for whatever is owed. `package` names it.
    `entered_in_error` is what was told beside what was received, and never came.
    """

    head: Letterhead
    received_on: date
    method: PaymentMethod
    reference: str | None
    received: Money
    paid_for: tuple[PaidFor, ...]
    given_back: tuple[GivenBack, ...]
    for_visit: Money
    for_package: Money
    package: str | None
    free: Money
    entered_in_error: Money
    kind: Literal[PaperKind.RECEIPT] = PaperKind.RECEIPT

    def __post_init__(self) -> None:
        parts = (*(each.kept for each in self.paid_for), *(each.amount for each in self.given_back))
        if total(parts, self.received.currency) + self.for_visit + self.for_package + self.free != self.received:
            raise ValueError("a receipt's parts do not come to what was received")

    @classmethod
    def of(
        cls,
        payment: Payment,
        charges: Mapping[ChargeId, Charge],
        package: Package | None,
        head: Letterhead,
        zone: ZoneInfo,
    ) -> "Receipt":
        """As the payment stands; `charges` are those it is for."""
        return cls(
            head=head,
            received_on=payment.received_on,
            method=payment.method,
            reference=payment.reference,
            received=payment.came,
            paid_for=paid_for(payment, charges),
            given_back=given_back(payment, zone),
            for_visit=payment.held.nothing if payment.package_id else payment.held,
            for_package=payment.held if payment.package_id else payment.held.nothing,
            package=package.offer.description if package else None,
            free=payment.free,
            entered_in_error=payment.entered_in_error,
        )


def paid_for(payment: Payment, charges: Mapping[ChargeId, Charge]) -> tuple[PaidFor, ...]:
    """What a payment is for, by the date of service."""
    return in_order(PaidFor.of(each, charges[each.charge_id]) for each in payment.allocations)


def in_order(uses: Iterable[PaidFor]) -> tuple[PaidFor, ...]:
    return tuple(sorted(uses, key=lambda each: (each.service_date, each.services, each.amount)))


def given_back(payment: Payment, zone: ZoneInfo) -> tuple[GivenBack, ...]:
    """What of a payment went back, and when by the clinic's calendar."""
    return tuple(
        GivenBack(
            refunded_on=each.refunded_at.astimezone(zone).date(),
            received_on=payment.received_on,
            method=payment.method,
            reason=each.reason,
            amount=each.amount,
            on_its_way=each.is_owed,
        )
        for each in payment.refunds
        if not each.never_came
    )


def services_of(charge: Charge) -> tuple[str, ...]:
    """What a charge is for, in the words of the fee schedule, each once. A fee has the words of its cause alone."""
    described = (line.description for line in charge.lines if line.service is not None and line.amount)
    return tuple(dict.fromkeys(filter(None, described)))


def charges_paid_by(payments: Iterable[Payment]) -> tuple[ChargeId, ...]:
    """The charges these payments are for, each once."""
    return tuple(dict.fromkeys(each.charge_id for payment in payments for each in payment.allocations))

"""What a patient paid in a calendar year, for a health account or a tax return: for care, for fees, not used yet, back.

Invariant: of each payment, what is for care, for fees, not used yet and given back come to what was received.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from billing.domain.charges import Charge
from billing.domain.ids import ChargeId
from billing.domain.letterhead import Letterhead, PaperKind
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Allocation, Payment
from billing.domain.receipts import GivenBack, PaidFor, given_back, in_order, paid_for
from billing.domain.rendered import FEES
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class YearsPayment:
    """What came in on a day, and what has become of it: `unused` waits for a visit, a package or whatever is owed."""

    received_on: date
    method: PaymentMethod
    received: Money
    for_care: Money
    for_fees: Money
    unused: Money
    given_back: Money

    def __post_init__(self) -> None:
        if self.for_care + self.for_fees + self.unused + self.given_back != self.received:
            raise ValueError("a payment's parts do not come to what was received")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlySummary:
    """`payments` came in within the year; `paid_for` is what they are for, each charge once; `given_back` went back
    within the year, whenever it had come in.
    """

    head: Letterhead
    year: int
    payments: tuple[YearsPayment, ...]
    paid_for: tuple[PaidFor, ...]
    given_back: tuple[GivenBack, ...]
    currency: str
    kind: Literal[PaperKind.YEARLY_SUMMARY] = PaperKind.YEARLY_SUMMARY

    @classmethod
    def of(
        cls,
        year: int,
        payments: Iterable[Payment],
        charges: Mapping[ChargeId, Charge],
        head: Letterhead,
        zone: ZoneInfo,
        currency: str,
    ) -> "YearlySummary":
        """`payments` are all of the patient's, `charges` those they are for. Raises `nothing_paid`."""
        known = sorted(payments, key=lambda each: (each.received_at, each.id))
        within = [each for each in known if each.received_on.year == year and each.came]
        back = [each for payment in known for each in given_back(payment, zone) if each.refunded_on.year == year]
        if not within and not back:
            raise conflict("nothing_paid", "Nothing was paid or given back in this year.")
        return cls(
            head=head,
            year=year,
            payments=tuple(_row(each, charges) for each in within),
            paid_for=_paid_for(within, charges),
            given_back=tuple(sorted(back, key=lambda each: each.refunded_on)),
            currency=currency,
        )

    @property
    def received(self) -> Money:
        return total((each.received for each in self.payments), self.currency)

    @property
    def for_care(self) -> Money:
        return total((each.for_care for each in self.payments), self.currency)

    @property
    def for_fees(self) -> Money:
        return total((each.for_fees for each in self.payments), self.currency)

    @property
    def unused(self) -> Money:
        return total((each.unused for each in self.payments), self.currency)

    @property
    def returned(self) -> Money:
        """What of these payments went back, whenever."""
        return total((each.given_back for each in self.payments), self.currency)

    @property
    def given_back_in_year(self) -> Money:
        return total((each.amount for each in self.given_back), self.currency)


def _paid_for(payments: Iterable[Payment], charges: Mapping[ChargeId, Charge]) -> tuple[PaidFor, ...]:
    """What these payments are for, each charge once, by the date of service."""
    found: dict[ChargeId, Allocation] = {}
    for each in (allocation for payment in payments for allocation in payment.allocations):
        known = found.get(each.charge_id)
        if known is not None:
            each = replace(each, amount=known.amount + each.amount, conceded=known.conceded + each.conceded)
        found[each.charge_id] = each
    return in_order(PaidFor.of(each, charges[each.charge_id]) for each in found.values())


def _row(payment: Payment, charges: Mapping[ChargeId, Charge]) -> YearsPayment:
    uses = paid_for(payment, charges)
    currency = payment.amount.currency
    return YearsPayment(
        received_on=payment.received_on,
        method=payment.method,
        received=payment.came,
        for_care=total((each.kept for each in uses if each.cause not in FEES), currency),
        for_fees=total((each.kept for each in uses if each.cause in FEES), currency),
        unused=payment.unapplied,
        given_back=payment.refunded - payment.entered_in_error,
    )

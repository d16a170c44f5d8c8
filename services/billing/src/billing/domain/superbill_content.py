"""What a superbill says: who was treated by whom, for what, when, what it cost and what was paid for it, and how."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from billing.domain.accounts import Coverage, Sex
from billing.domain.addresses import Address
from billing.domain.charges import Charge
from billing.domain.ids import ChargeId, PaymentId
from billing.domain.line_shares import line_shares
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.practice import BilledProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPatient:
    """Of bills issued before forms named them apart, `family_name` and `given_name` are not known."""

    name: str
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date
    sex: Sex
    address: Address
    coverage: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledClinician:
    """Who rendered lines, by the letter the lines name them with."""

    letter: str
    name: str
    credentials: str
    npi: str
    licence_number: str
    licence_state: str
    taxonomy: str | None
    supervisor_name: str | None = None
    supervisor_npi: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledDiagnosis:
    """A diagnosis by the letter the lines point to it with."""

    letter: str
    code: str
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """One service on one date."""

    charge_id: ChargeId
    service_date: date
    place_of_service: str
    code: str
    description: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int | None
    drug: str | None
    strength: str | None
    ndc: str | None
    ndc_quantity: str | None
    ndc_unit: str | None
    diagnosis_pointers: tuple[str, ...]
    clinician: str
    charged: Money
    paid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPayment:
    """What of one payment is for the lines, less what was given back of it."""

    payment_id: PaymentId
    received_on: date
    method: PaymentMethod
    amount: Money

    @classmethod
    def of(cls, payment: Payment, charge_ids: Collection[ChargeId]) -> "BilledPayment":
        """What of it is for these charges."""
        mine = (each.kept for each in payment.allocations if each.charge_id in charge_ids)
        return cls(
            payment_id=payment.id,
            received_on=payment.received_on,
            method=payment.method,
            amount=total(mine, payment.amount.currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that is printed but for the number, its version and its dates."""

    patient: BilledPatient
    provider: BilledProvider
    clinicians: tuple[BilledClinician, ...]
    diagnoses: tuple[BilledDiagnosis, ...]
    lines: tuple[BilledLine, ...]
    payments: tuple[BilledPayment, ...]

    @property
    def charged(self) -> Money:
        return total(line.charged for line in self.lines)

    @property
    def paid(self) -> Money:
        return total(line.paid for line in self.lines)

    @property
    def balance(self) -> Money:
        return self.charged - self.paid

    @property
    def charge_ids(self) -> tuple[ChargeId, ...]:
        return tuple(dict.fromkeys(line.charge_id for line in self.lines))

    def with_money_of(self, charges: Mapping[ChargeId, Charge], payments: Iterable[Payment]) -> "Content":
        """The same services with what is paid for them now. `charges` and `payments` are those that changed; the
        revisions of the charges are those of the lines.
        """
        shares = {charge.id: iter(line_shares(charge)) for charge in charges.values()}
        lines = tuple(
            replace(line, charged=share.charged, paid=share.paid)
            if line.charge_id in shares and (share := next(shares[line.charge_id]))
            else line
            for line in self.lines
        )
        billed = {each.payment_id: each for each in self.payments}
        billed.update({payment.id: BilledPayment.of(payment, self.charge_ids) for payment in payments})
        return replace(self, lines=lines, payments=in_order(billed.values()))


def in_order(payments: Iterable[BilledPayment]) -> tuple[BilledPayment, ...]:
    """As they came in; one that is for none of the lines is none of the bill's."""
    there = (payment for payment in payments if payment.amount)
    return tuple(sorted(there, key=lambda each: (each.received_on, each.payment_id)))

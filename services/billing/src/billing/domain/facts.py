"""What can become true in billing. Facts are past tense, carry the aggregate as it is afterwards, and are what
`published.py` turns into events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from billing.domain.accounts import Account
    from billing.domain.charges import Charge
    from billing.domain.estimates import Estimate
    from billing.domain.fee_cases import FeeCase
    from billing.domain.ledger import JournalEntry
    from billing.domain.money import Money
    from billing.domain.payments import Payment, Refund
    from billing.domain.superbills import Superbill


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true."""


@dataclass(frozen=True, slots=True)
class AccountOpened(Fact):
    account: Account


@dataclass(frozen=True, slots=True)
class EstimateIssued(Fact):
    """A version was issued; `due_by` is when it had to be."""

    estimate: Estimate
    due_by: datetime


@dataclass(frozen=True, slots=True)
class EstimateDelivered(Fact):
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class EstimateOverdue(Fact):
    """Nothing was issued by the time the law gives."""

    estimate: Estimate


@dataclass(frozen=True, slots=True)
class EstimateExceeded(Fact):
    """What was charged is so much more than the estimate that somebody must look."""

    estimate: Estimate
    over: Money


@dataclass(frozen=True, slots=True)
class ChargePosted(Fact):
    charge: Charge


@dataclass(frozen=True, slots=True)
class ChargeReversed(Fact):
    """The charge as it was before, at the revision that no longer counts."""

    charge: Charge


@dataclass(frozen=True, slots=True)
class CoverageBlocked(Fact):
    """A service that Medicare must be billed for by the clinician cannot be charged to the patient."""

    charge: Charge


@dataclass(frozen=True, slots=True)
class FeeWaived(Fact):
    fee: FeeCase


@dataclass(frozen=True, slots=True)
class PaymentReceived(Fact):
    payment: Payment


@dataclass(frozen=True, slots=True)
class RefundIssued(Fact):
    payment: Payment
    refund: Refund


@dataclass(frozen=True, slots=True)
class EntryPosted(Fact):
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class SuperbillIssued(Fact):
    superbill: Superbill


@dataclass(frozen=True, slots=True)
class SuperbillVoided(Fact):
    superbill: Superbill

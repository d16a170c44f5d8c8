"""What billing has to keep of a patient who asks for erasure: what is owed, the books, its estimates,
and what of it left the clinic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from billing.domain.charges import Charge
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase, FeeState
from billing.domain.ids import ErasureId, PatientId
from billing.domain.ledger import JournalEntry
from billing.domain.payment_links import PaymentLink
from billing.domain.payments import Payment
from careflow_domain.aggregate import Fact
from careflow_domain.business_days import end_of
from careflow_domain.disclosures import Disclosure, kept_for_accounting
from careflow_domain.retention import Kept, Refusal, RetentionPolicy, RetentionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAgreed(Fact):
    patient_id: PatientId
    erasure_id: ErasureId


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRefused(Fact):
    patient_id: PatientId
    erasure_id: ErasureId
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Of one patient: charges that are not paid or not in the books yet, the rest whole."""

    unsettled: Sequence[Charge]
    payments: Sequence[Payment]
    links: Sequence[PaymentLink]
    fees: Sequence[FeeCase]
    entries: Sequence[JournalEntry]
    estimates: Sequence[Estimate]
    disclosures: Sequence[Disclosure]

    @property
    def is_owed(self) -> bool:
        """Whether the patient or the clinic owes something, or that is being decided, or money is still coming."""
        return (
            bool(self.unsettled)
            or any(payment.is_unsettled for payment in self.payments)
            or any(link.is_undecided for link in self.links)
            or any(fee.state is FeeState.PENDING for fee in self.fees)
            or any(estimate.dispute is not None and estimate.dispute.is_open for estimate in self.estimates)
        )

    def refusal(self, policy: RetentionPolicy, zone: ZoneInfo, now: datetime) -> Refusal | None:
        """What is owed comes first: until it is settled nobody can tell from when the years count."""
        if self.is_owed:
            return Refusal(reason=RetentionReason.MONEY_OWED)
        return policy.refusal(self._kept(zone), now)

    def _kept(self, zone: ZoneInfo) -> Iterator[Kept]:
        for entry in self.entries:
            yield Kept(reason=RetentionReason.BOOKS, last=end_of(entry.posted_on, zone))
        for estimate in self.estimates:
            yield Kept(reason=RetentionReason.SIGNED_DOCUMENTS, last=end_of(estimate.covers_until, zone))
        yield from kept_for_accounting(self.disclosures)

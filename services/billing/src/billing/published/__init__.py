"""Everything billing says: one row per domain fact, and the contract event it becomes; the modules beside it make the
events.
"""

from billing.domain.account_links import AccountLinkIssued
from billing.domain.accounts import AccountOpened
from billing.domain.charges import ChargePosted, ChargeReversed, CoverageBlocked, DebtRecovered, WrittenOff
from billing.domain.disclosures import RecordDisclosed
from billing.domain.estimates import (
    EstimateDelivered,
    EstimateDisputeClosed,
    EstimateDisputed,
    EstimateExceeded,
    EstimateIssued,
    EstimateOverdue,
)
from billing.domain.fee_cases import FeeWaived
from billing.domain.ledger import AccountSettled, EntryPosted
from billing.domain.packages import PackagePurchased, RevenueRecognized
from billing.domain.payment_links import PaymentFailed
from billing.domain.payments import (
    DepositApplied,
    DepositTaken,
    PaymentDisputeClosed,
    PaymentDisputed,
    PaymentReceived,
    RefundFailed,
    RefundIssued,
)
from billing.domain.reimbursements import ReimbursementFilingDue, ReimbursementHelpOpened, ReimbursementResolved
from billing.domain.retention import ErasureAgreed, ErasureRefused
from billing.domain.superbills import SuperbillIssued, SuperbillVoided
from billing.domain.visits import VisitCoverageBlocked
from billing.published import charges, estimates, payments, reimbursements
from careflow_events import contracts
from careflow_events.contracts.codes import RecordPart, RetentionReason
from careflow_events.contracts.sealed import Sealed
from careflow_events.publication import PublicationTable, published, says


def _account_opened(fact: AccountOpened) -> contracts.AccountOpened:
    return contracts.AccountOpened(patient_id=fact.account.id, opened_at=fact.account.opened_at)


def _account_link_issued(fact: AccountLinkIssued) -> contracts.AccountLinkIssued:
    return contracts.AccountLinkIssued(
        patient_id=fact.patient_id,
        link_id=fact.link_id,
        works_until=fact.works_until,
        for_booking=Sealed.plain(contracts.AccountLinkForBooking(link=fact.link)),
    )


def _record_disclosed(fact: RecordDisclosed) -> contracts.BillingRecordDisclosed:
    return contracts.BillingRecordDisclosed(
        patient_id=fact.patient_id,
        record_request_id=fact.record_request_id,
        disclosure_id=fact.disclosure_id,
        disclosed_by=fact.by,
        for_booking=Sealed.plain(contracts.RecordPartForBooking(part=RecordPart.BILLING)),
    )


def _account_settled(fact: AccountSettled) -> contracts.AccountSettled:
    return contracts.AccountSettled(patient_id=fact.entry.patient_id)


PUBLISHED: PublicationTable = published(
    says(AccountOpened, contracts.AccountOpened, _account_opened),
    says(AccountLinkIssued, contracts.AccountLinkIssued, _account_link_issued),
    says(EstimateIssued, contracts.GoodFaithEstimateIssued, estimates.estimate_issued),
    says(EstimateDelivered, contracts.GoodFaithEstimateDelivered, estimates.estimate_delivered),
    says(EstimateOverdue, contracts.GoodFaithEstimateOverdue, estimates.estimate_overdue),
    says(EstimateExceeded, contracts.EstimateExceeded, estimates.estimate_exceeded),
    says(EstimateDisputed, contracts.EstimateDisputed, estimates.estimate_disputed),
    says(EstimateDisputeClosed, contracts.EstimateDisputeClosed, estimates.estimate_dispute_closed),
    says(ChargePosted, contracts.ChargePosted, lambda fact: charges.of_charge(contracts.ChargePosted, fact.charge)),
    says(
        ChargeReversed, contracts.ChargeReversed, lambda fact: charges.of_charge(contracts.ChargeReversed, fact.charge)
    ),
    says(DebtRecovered, contracts.DebtRecovered, charges.debt_recovered),
    says(WrittenOff, contracts.WrittenOff, charges.written_off),
    says(AccountSettled, contracts.AccountSettled, _account_settled),
    says(CoverageBlocked, contracts.CoverageBlocked, charges.coverage_blocked),
    says(VisitCoverageBlocked, contracts.CoverageBlocked, charges.visit_blocked),
    says(FeeWaived, contracts.FeeWaived, charges.fee_waived),
    says(PaymentReceived, contracts.PaymentReceived, payments.payment_received),
    says(DepositTaken, contracts.DepositTaken, payments.deposit_taken),
    says(DepositApplied, contracts.DepositApplied, payments.deposit_applied),
    says(PackagePurchased, contracts.PackagePurchased, payments.package_purchased),
    says(RevenueRecognized, contracts.RevenueRecognized, payments.revenue_recognized),
    says(RefundIssued, contracts.RefundIssued, payments.refund_issued),
    says(RefundFailed, contracts.RefundFailed, payments.refund_failed),
    says(PaymentFailed, contracts.PaymentFailed, payments.payment_failed),
    says(PaymentDisputed, contracts.PaymentDisputed, payments.payment_disputed),
    says(PaymentDisputeClosed, contracts.PaymentDisputeClosed, payments.dispute_closed),
    says(EntryPosted, contracts.JournalEntryPosted, charges.entry_posted),
    says(SuperbillIssued, contracts.SuperbillIssued, charges.superbill_issued),
    says(SuperbillVoided, contracts.SuperbillVoided, charges.superbill_voided),
    says(ReimbursementHelpOpened, contracts.ReimbursementHelpOpened, reimbursements.opened),
    says(ReimbursementFilingDue, contracts.ReimbursementFilingDue, reimbursements.filing_due),
    says(ReimbursementResolved, contracts.ReimbursementResolved, reimbursements.resolved),
    says(RecordDisclosed, contracts.BillingRecordDisclosed, _record_disclosed),
    says(
        ErasureAgreed,
        contracts.BillingErasureAgreed,
        lambda fact: contracts.BillingErasureAgreed(patient_id=fact.patient_id, erasure_id=fact.erasure_id),
    ),
    says(
        ErasureRefused,
        contracts.BillingErasureRefused,
        lambda fact: contracts.BillingErasureRefused(
            patient_id=fact.patient_id,
            erasure_id=fact.erasure_id,
            reason=RetentionReason(fact.refusal.reason),
            retain_until=fact.refusal.retain_until,
        ),
    ),
)

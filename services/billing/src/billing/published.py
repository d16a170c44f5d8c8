"""Everything billing says: one row per domain fact, and the contract event it becomes."""

from typing import TypedDict, TypeVar

from billing.domain.accounts import AccountOpened
from billing.domain.charges import Charge, ChargePosted, ChargeReversed, CoverageBlocked, DebtRecovered, WrittenOff
from billing.domain.estimates import (
    Estimate,
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
from billing.domain.retention import ErasureAgreed, ErasureRefused
from billing.domain.superbills import Superbill, SuperbillIssued, SuperbillVoided
from billing.domain.visits import VisitCoverageBlocked
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes
from careflow_events.contracts.codes import RetentionReason
from careflow_events.publication import PublicationTable, published, says

C = TypeVar("C", bound=contracts.ChargeEvent)


def _account_opened(fact: AccountOpened) -> contracts.AccountOpened:
    return contracts.AccountOpened(patient_id=fact.account.id, opened_at=fact.account.opened_at)


def _account_settled(fact: AccountSettled) -> contracts.AccountSettled:
    return contracts.AccountSettled(patient_id=fact.entry.patient_id)


def _estimate_issued(fact: EstimateIssued) -> contracts.GoodFaithEstimateIssued:
    issue = fact.estimate.issues[-1]
    return contracts.GoodFaithEstimateIssued(
        patient_id=fact.estimate.patient_id,
        estimate_id=fact.estimate.id,
        version=issue.number,
        issued_at=issue.issued_at,
        due_by=fact.due_by,
        total_minor=issue.total.minor,
        currency=issue.total.currency,
    )


def _estimate_delivered(fact: EstimateDelivered) -> contracts.GoodFaithEstimateDelivered:
    issue = fact.estimate.issues[-1]
    assert issue.delivered_at is not None
    return contracts.GoodFaithEstimateDelivered(
        patient_id=fact.estimate.patient_id,
        estimate_id=fact.estimate.id,
        version=issue.number,
        delivered_at=issue.delivered_at,
    )


def _estimate_overdue(fact: EstimateOverdue) -> contracts.GoodFaithEstimateOverdue:
    estimate = fact.estimate
    assert estimate.due_by is not None
    return contracts.GoodFaithEstimateOverdue(
        patient_id=estimate.patient_id,
        estimate_id=estimate.id,
        version=_next_version(estimate),
        due_by=estimate.due_by,
    )


def _next_version(estimate: Estimate) -> int:
    return len(estimate.issues) + 1


def _estimate_exceeded(fact: EstimateExceeded) -> contracts.EstimateExceeded:
    return contracts.EstimateExceeded(
        patient_id=fact.estimate.patient_id,
        estimate_id=fact.estimate.id,
        version=fact.estimate.issues[-1].number,
        over_minor=fact.over.minor,
        currency=fact.over.currency,
    )


def _estimate_disputed(fact: EstimateDisputed) -> contracts.EstimateDisputed:
    dispute = fact.estimate.dispute
    assert dispute is not None
    return contracts.EstimateDisputed(
        **_disputed(fact.estimate), over_minor=dispute.over.minor, currency=dispute.over.currency
    )


def _estimate_dispute_closed(fact: EstimateDisputeClosed) -> contracts.EstimateDisputeClosed:
    dispute = fact.estimate.dispute
    assert dispute is not None
    assert dispute.outcome is not None
    return contracts.EstimateDisputeClosed(
        **_disputed(fact.estimate),
        outcome=codes.EstimateDisputeOutcome(dispute.outcome),
        adjusted_minor=None if dispute.adjusted is None else dispute.adjusted.minor,
        currency=dispute.billed.currency,
    )


class _EstimateFields(TypedDict):
    patient_id: str
    estimate_id: str
    version: int


def _disputed(estimate: Estimate) -> _EstimateFields:
    return {"patient_id": estimate.patient_id, "estimate_id": estimate.id, "version": len(estimate.issues)}


def _charge(contract: type[C], charge: Charge) -> C:
    return contract(
        patient_id=charge.patient_id,
        charge_id=charge.id,
        cause=codes.ChargeCause(charge.rendered.cause),
        cause_id=charge.rendered.cause_id,
        revision=charge.revision,
        amount_minor=charge.amount.minor,
        currency=charge.amount.currency,
    )


def _coverage_blocked(fact: CoverageBlocked) -> contracts.CoverageBlocked:
    services = fact.charge.rendered.services
    return contracts.CoverageBlocked(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        cause=codes.ChargeCause(fact.charge.rendered.cause),
        cause_id=fact.charge.rendered.cause_id,
        appointment_id=fact.charge.rendered.appointment_id,
        providers=tuple(dict.fromkeys(service.provider for service in services if service.provider)),
    )


def _visit_blocked(fact: VisitCoverageBlocked) -> contracts.CoverageBlocked:
    return contracts.CoverageBlocked(
        patient_id=fact.visit.patient_id, appointment_id=fact.visit.id, providers=fact.visit.providers
    )


def _fee_waived(fact: FeeWaived) -> contracts.FeeWaived:
    fee = fact.fee
    assert fee.waiver is not None
    return contracts.FeeWaived(
        patient_id=fee.patient_id,
        appointment_id=fee.id,
        cause=codes.ChargeCause(fee.cause),
        reason=codes.WaiverReason(fee.waiver),
        amount_minor=fee.amount.minor,
        currency=fee.amount.currency,
    )


def _payment_received(fact: PaymentReceived) -> contracts.PaymentReceived:
    payment = fact.payment
    return contracts.PaymentReceived(
        patient_id=payment.patient_id,
        payment_id=payment.id,
        amount_minor=payment.amount.minor,
        currency=payment.amount.currency,
        method=codes.PaymentMethod(payment.method),
    )


def _deposit_taken(fact: DepositTaken) -> contracts.DepositTaken:
    payment = fact.payment
    assert payment.kept_for is not None
    return contracts.DepositTaken(
        patient_id=payment.patient_id,
        payment_id=payment.id,
        appointment_id=payment.kept_for,
        amount_minor=payment.held.minor,
        currency=payment.held.currency,
    )


def _deposit_applied(fact: DepositApplied) -> contracts.DepositApplied:
    return contracts.DepositApplied(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        appointment_id=fact.appointment_id,
        charge_id=fact.charge_id,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
    )


def _package_purchased(fact: PackagePurchased) -> contracts.PackagePurchased:
    package = fact.package
    return contracts.PackagePurchased(
        patient_id=package.patient_id,
        package_id=package.id,
        sessions=package.offer.sessions,
        amount_minor=package.offer.price.minor,
        currency=package.offer.price.currency,
    )


def _revenue_recognized(fact: RevenueRecognized) -> contracts.RevenueRecognized:
    return contracts.RevenueRecognized(
        patient_id=fact.package.patient_id,
        package_id=fact.package.id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.charge.amount.minor,
        currency=fact.charge.amount.currency,
        sessions_left=fact.package.sessions_left,
    )


def _refund_issued(fact: RefundIssued) -> contracts.RefundIssued:
    return contracts.RefundIssued(
        patient_id=fact.payment.patient_id,
        refund_id=fact.refund.id,
        payment_id=fact.payment.id,
        amount_minor=fact.refund.amount.minor,
        currency=fact.refund.amount.currency,
        reason=codes.RefundReason(fact.refund.reason),
    )


def _refund_failed(fact: RefundFailed) -> contracts.RefundFailed:
    return contracts.RefundFailed(
        patient_id=fact.payment.patient_id,
        refund_id=fact.refund.id,
        payment_id=fact.payment.id,
        amount_minor=fact.refund.amount.minor,
        currency=fact.refund.amount.currency,
    )


def _payment_failed(fact: PaymentFailed) -> contracts.PaymentFailed:
    return contracts.PaymentFailed(
        patient_id=fact.link.patient_id,
        payment_link_id=fact.link.id,
        amount_minor=fact.link.amount.minor,
        currency=fact.link.amount.currency,
        reason=codes.DeclineReason(fact.reason),
    )


def _payment_disputed(fact: PaymentDisputed) -> contracts.PaymentDisputed:
    return contracts.PaymentDisputed(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        amount_minor=fact.dispute.amount.minor,
        currency=fact.dispute.amount.currency,
    )


def _dispute_closed(fact: PaymentDisputeClosed) -> contracts.PaymentDisputeClosed:
    return contracts.PaymentDisputeClosed(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        amount_minor=fact.dispute.amount.minor,
        currency=fact.dispute.amount.currency,
        outcome=codes.PaymentDisputeOutcome.WON if fact.won else codes.PaymentDisputeOutcome.LOST,
    )


def _entry_posted(fact: EntryPosted) -> contracts.JournalEntryPosted:
    entry = fact.entry
    return contracts.JournalEntryPosted(
        patient_id=entry.patient_id,
        entry_id=entry.id,
        posted_on=entry.posted_on.isoformat(),
        currency=entry.currency,
        lines=tuple(
            contracts.JournalLine(
                account=codes.LedgerAccount(line.account),
                debit_minor=line.debit.minor,
                credit_minor=line.credit.minor,
            )
            for line in entry.lines
        ),
        cause=codes.EntryCause(entry.cause),
        cause_id=entry.cause_id,
        reverses=entry.reverses,
    )


def _written_off(fact: WrittenOff) -> contracts.WrittenOff:
    return contracts.WrittenOff(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.write_off.amount.minor,
        currency=fact.write_off.amount.currency,
        reason=codes.WriteOffReason(fact.write_off.reason),
    )


def _debt_recovered(fact: DebtRecovered) -> contracts.DebtRecovered:
    return contracts.DebtRecovered(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
    )


def _superbill_issued(fact: SuperbillIssued) -> contracts.SuperbillIssued:
    superbill = fact.superbill
    return contracts.SuperbillIssued(
        **_superbill(superbill), issued_at=superbill.issued_at, replaces=superbill.replaces
    )


def _superbill_voided(fact: SuperbillVoided) -> contracts.SuperbillVoided:
    superbill = fact.superbill
    assert superbill.voided_at is not None
    assert superbill.void_reason is not None
    reason = codes.VoidReason(superbill.void_reason)
    return contracts.SuperbillVoided(**_superbill(superbill), voided_at=superbill.voided_at, reason=reason)


class _SuperbillFields(TypedDict):
    patient_id: str
    superbill_id: str
    number: str
    version: int


def _superbill(superbill: Superbill) -> _SuperbillFields:
    return {
        "patient_id": superbill.patient_id,
        "superbill_id": superbill.id,
        "number": superbill.number,
        "version": superbill.edition,
    }


PUBLISHED: PublicationTable = published(
    says(AccountOpened, contracts.AccountOpened, _account_opened),
    says(EstimateIssued, contracts.GoodFaithEstimateIssued, _estimate_issued),
    says(EstimateDelivered, contracts.GoodFaithEstimateDelivered, _estimate_delivered),
    says(EstimateOverdue, contracts.GoodFaithEstimateOverdue, _estimate_overdue),
    says(EstimateExceeded, contracts.EstimateExceeded, _estimate_exceeded),
    says(EstimateDisputed, contracts.EstimateDisputed, _estimate_disputed),
    says(EstimateDisputeClosed, contracts.EstimateDisputeClosed, _estimate_dispute_closed),
    says(ChargePosted, contracts.ChargePosted, lambda fact: _charge(contracts.ChargePosted, fact.charge)),
    says(ChargeReversed, contracts.ChargeReversed, lambda fact: _charge(contracts.ChargeReversed, fact.charge)),
    says(DebtRecovered, contracts.DebtRecovered, _debt_recovered),
    says(WrittenOff, contracts.WrittenOff, _written_off),
    says(AccountSettled, contracts.AccountSettled, _account_settled),
    says(CoverageBlocked, contracts.CoverageBlocked, _coverage_blocked),
    says(VisitCoverageBlocked, contracts.CoverageBlocked, _visit_blocked),
    says(FeeWaived, contracts.FeeWaived, _fee_waived),
    says(PaymentReceived, contracts.PaymentReceived, _payment_received),
    says(DepositTaken, contracts.DepositTaken, _deposit_taken),
    says(DepositApplied, contracts.DepositApplied, _deposit_applied),
    says(PackagePurchased, contracts.PackagePurchased, _package_purchased),
    says(RevenueRecognized, contracts.RevenueRecognized, _revenue_recognized),
    says(RefundIssued, contracts.RefundIssued, _refund_issued),
    says(RefundFailed, contracts.RefundFailed, _refund_failed),
    says(PaymentFailed, contracts.PaymentFailed, _payment_failed),
    says(PaymentDisputed, contracts.PaymentDisputed, _payment_disputed),
    says(PaymentDisputeClosed, contracts.PaymentDisputeClosed, _dispute_closed),
    says(EntryPosted, contracts.JournalEntryPosted, _entry_posted),
    says(SuperbillIssued, contracts.SuperbillIssued, _superbill_issued),
    says(SuperbillVoided, contracts.SuperbillVoided, _superbill_voided),
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

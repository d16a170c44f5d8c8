"""Everything billing says: one row per domain fact, and the contract event it becomes."""

from typing import TypedDict

from billing.domain import facts
from billing.domain.charges import Charge
from billing.domain.estimates import Estimate
from billing.domain.superbills import Superbill
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes
from careflow_events.contracts.model import PatientEvent
from careflow_events.publication import Publication, PublicationTable, patient_subject


def _about(data: PatientEvent) -> Publication:
    return Publication(subject=patient_subject(data.patient_id), data=data)


def _account_opened(fact: facts.AccountOpened) -> Publication:
    return _about(contracts.AccountOpened(patient_id=fact.account.id, opened_at=fact.account.opened_at))


def _estimate_issued(fact: facts.EstimateIssued) -> Publication:
    issue = fact.estimate.issues[-1]
    return _about(
        contracts.GoodFaithEstimateIssued(
            patient_id=fact.estimate.patient_id,
            estimate_id=fact.estimate.id,
            version=issue.number,
            issued_at=issue.issued_at,
            due_by=fact.due_by,
            total_minor=issue.total.minor,
            currency=issue.total.currency,
        )
    )


def _estimate_delivered(fact: facts.EstimateDelivered) -> Publication:
    issue = fact.estimate.issues[-1]
    assert issue.delivered_at is not None
    return _about(
        contracts.GoodFaithEstimateDelivered(
            patient_id=fact.estimate.patient_id,
            estimate_id=fact.estimate.id,
            version=issue.number,
            delivered_at=issue.delivered_at,
        )
    )


def _estimate_overdue(fact: facts.EstimateOverdue) -> Publication:
    estimate = fact.estimate
    assert estimate.due_by is not None
    return _about(
        contracts.GoodFaithEstimateOverdue(
            patient_id=estimate.patient_id,
            estimate_id=estimate.id,
            version=_next_version(estimate),
            due_by=estimate.due_by,
        )
    )


def _next_version(estimate: Estimate) -> int:
    return len(estimate.issues) + 1


def _estimate_exceeded(fact: facts.EstimateExceeded) -> Publication:
    return _about(
        contracts.EstimateExceeded(
            patient_id=fact.estimate.patient_id,
            estimate_id=fact.estimate.id,
            version=fact.estimate.issues[-1].number,
            over_minor=fact.over.minor,
            currency=fact.over.currency,
        )
    )


def _charge(contract: type[contracts.ChargeEvent], charge: Charge) -> Publication:
    return _about(
        contract(
            patient_id=charge.patient_id,
            charge_id=charge.id,
            cause=codes.ChargeCause(charge.rendered.cause),
            cause_id=charge.rendered.cause_id,
            revision=charge.revision,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
        )
    )


def _coverage_blocked(fact: facts.CoverageBlocked) -> Publication:
    services = fact.charge.rendered.services
    return _about(
        contracts.CoverageBlocked(
            patient_id=fact.charge.patient_id,
            charge_id=fact.charge.id,
            cause=codes.ChargeCause(fact.charge.rendered.cause),
            cause_id=fact.charge.rendered.cause_id,
            providers=tuple(dict.fromkeys(service.provider for service in services if service.provider)),
        )
    )


def _fee_waived(fact: facts.FeeWaived) -> Publication:
    fee = fact.fee
    assert fee.waiver is not None
    return _about(
        contracts.FeeWaived(
            patient_id=fee.patient_id,
            appointment_id=fee.id,
            cause=codes.ChargeCause(fee.cause),
            reason=codes.WaiverReason(fee.waiver),
            amount_minor=fee.amount.minor,
            currency=fee.amount.currency,
        )
    )


def _payment_received(fact: facts.PaymentReceived) -> Publication:
    payment = fact.payment
    return _about(
        contracts.PaymentReceived(
            patient_id=payment.patient_id,
            payment_id=payment.id,
            amount_minor=payment.amount.minor,
            currency=payment.amount.currency,
            method=codes.PaymentMethod(payment.method),
        )
    )


def _refund_issued(fact: facts.RefundIssued) -> Publication:
    return _about(
        contracts.RefundIssued(
            patient_id=fact.payment.patient_id,
            refund_id=fact.refund.id,
            payment_id=fact.payment.id,
            amount_minor=fact.refund.amount.minor,
            currency=fact.refund.amount.currency,
            reason=codes.RefundReason(fact.refund.reason),
        )
    )


def _entry_posted(fact: facts.EntryPosted) -> Publication:
    entry = fact.entry
    return _about(
        contracts.JournalEntryPosted(
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
    )


def _superbill_issued(fact: facts.SuperbillIssued) -> Publication:
    superbill = fact.superbill
    return _about(
        contracts.SuperbillIssued(**_superbill(superbill), issued_at=superbill.issued_at, replaces=superbill.replaces)
    )


def _superbill_voided(fact: facts.SuperbillVoided) -> Publication:
    superbill = fact.superbill
    assert superbill.voided_at is not None
    assert superbill.void_reason is not None
    reason = codes.VoidReason(superbill.void_reason)
    return _about(contracts.SuperbillVoided(**_superbill(superbill), voided_at=superbill.voided_at, reason=reason))


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


PUBLISHED: PublicationTable = {
    facts.AccountOpened: _account_opened,
    facts.EstimateIssued: _estimate_issued,
    facts.EstimateDelivered: _estimate_delivered,
    facts.EstimateOverdue: _estimate_overdue,
    facts.EstimateExceeded: _estimate_exceeded,
    facts.ChargePosted: lambda fact: _charge(contracts.ChargePosted, fact.charge),
    facts.ChargeReversed: lambda fact: _charge(contracts.ChargeReversed, fact.charge),
    facts.CoverageBlocked: _coverage_blocked,
    facts.FeeWaived: _fee_waived,
    facts.PaymentReceived: _payment_received,
    facts.RefundIssued: _refund_issued,
    facts.EntryPosted: _entry_posted,
    facts.SuperbillIssued: _superbill_issued,
    facts.SuperbillVoided: _superbill_voided,
}

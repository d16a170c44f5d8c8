"""Money that came, was promised, went back or did not arrive."""

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
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes


def payment_received(fact: PaymentReceived) -> contracts.PaymentReceived:
    payment = fact.payment
    return contracts.PaymentReceived(
        patient_id=payment.patient_id,
        payment_id=payment.id,
        amount_minor=payment.amount.minor,
        currency=payment.amount.currency,
        method=codes.PaymentMethod(payment.method),
    )


def deposit_taken(fact: DepositTaken) -> contracts.DepositTaken:
    payment = fact.payment
    assert payment.kept_for is not None
    return contracts.DepositTaken(
        patient_id=payment.patient_id,
        payment_id=payment.id,
        appointment_id=payment.kept_for,
        amount_minor=payment.held.minor,
        currency=payment.held.currency,
    )


def deposit_applied(fact: DepositApplied) -> contracts.DepositApplied:
    return contracts.DepositApplied(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        appointment_id=fact.appointment_id,
        charge_id=fact.charge_id,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
    )


def package_purchased(fact: PackagePurchased) -> contracts.PackagePurchased:
    package = fact.package
    return contracts.PackagePurchased(
        patient_id=package.patient_id,
        package_id=package.id,
        sessions=package.offer.sessions,
        amount_minor=package.offer.price.minor,
        currency=package.offer.price.currency,
    )


def revenue_recognized(fact: RevenueRecognized) -> contracts.RevenueRecognized:
    return contracts.RevenueRecognized(
        patient_id=fact.package.patient_id,
        package_id=fact.package.id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.charge.amount.minor,
        currency=fact.charge.amount.currency,
        sessions_left=fact.package.sessions_left,
    )


def refund_issued(fact: RefundIssued) -> contracts.RefundIssued:
    return contracts.RefundIssued(
        patient_id=fact.payment.patient_id,
        refund_id=fact.refund.id,
        payment_id=fact.payment.id,
        amount_minor=fact.refund.amount.minor,
        currency=fact.refund.amount.currency,
        reason=codes.RefundReason(fact.refund.reason),
    )


def refund_failed(fact: RefundFailed) -> contracts.RefundFailed:
    return contracts.RefundFailed(
        patient_id=fact.payment.patient_id,
        refund_id=fact.refund.id,
        payment_id=fact.payment.id,
        amount_minor=fact.refund.amount.minor,
        currency=fact.refund.amount.currency,
    )


def payment_failed(fact: PaymentFailed) -> contracts.PaymentFailed:
    return contracts.PaymentFailed(
        patient_id=fact.link.patient_id,
        payment_link_id=fact.link.id,
        amount_minor=fact.link.amount.minor,
        currency=fact.link.amount.currency,
        reason=codes.DeclineReason(fact.reason),
    )


def payment_disputed(fact: PaymentDisputed) -> contracts.PaymentDisputed:
    return contracts.PaymentDisputed(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        amount_minor=fact.dispute.amount.minor,
        currency=fact.dispute.amount.currency,
    )


def dispute_closed(fact: PaymentDisputeClosed) -> contracts.PaymentDisputeClosed:
    return contracts.PaymentDisputeClosed(
        patient_id=fact.payment.patient_id,
        payment_id=fact.payment.id,
        amount_minor=fact.dispute.amount.minor,
        currency=fact.dispute.amount.currency,
        outcome=codes.PaymentDisputeOutcome.WON if fact.won else codes.PaymentDisputeOutcome.LOST,
    )

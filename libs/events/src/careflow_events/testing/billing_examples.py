"""Examples of what billing says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes
from careflow_events.contracts.sealed import Sealed
from careflow_events.testing.example import (
    CALL_AT,
    EVALUATION,
    EVALUATION_AT,
    EVALUATION_VISIT,
    LINK,
    PATIENT,
    PRESCRIBER,
    Example,
)

CHARGE: Final = "5b0f5d6e-2a52-5c0d-9e0b-3f6f1a1d7c01"
ENTRY: Final = "0199f6c0-1a2b-7c3d-8e4f-5a6b7c8d9e02"
PAYMENT: Final = "0199f6c1-2b3c-7d4e-9f50-6b7c8d9e0f03"
REFUND: Final = "0199f6c2-3c4d-7e5f-a061-7c8d9e0f1a04"
PACKAGE: Final = "0199f6c3-4d5e-7f60-b172-8d9e0f1a2b07"
ESTIMATE: Final = "0199f24e-a0bb-7f60-b172-8d9e0f1a2b05"
SUPERBILL: Final = "0199f6d0-4d5e-7061-8283-9e0f1a2b3c06"
REIMBURSEMENT: Final = "0199f6d0-4d5e-7061-8283-9e0f1a2b3c0b"
BILLED_AT: Final = EVALUATION_AT + timedelta(hours=3)
COST: Final = 45_000


def billing_examples() -> Sequence[Example]:
    """One or more of every event of careflow.billing.v1."""
    return (*_estimates(), *_charges(), *_payments(), *_processed(), *_prepaid(), *_superbills())


def _estimates() -> Sequence[Example]:
    estimate: dict[str, Any] = {"patient_id": PATIENT, "estimate_id": ESTIMATE, "version": 1}
    due_by = CALL_AT + timedelta(days=3)
    issued_at = CALL_AT + timedelta(hours=2)
    issued = contracts.GoodFaithEstimateIssued(
        **estimate, issued_at=issued_at, due_by=due_by, total_minor=COST, currency="USD"
    )
    delivered_at = issued_at + timedelta(minutes=1)
    return (
        Example("registered", contracts.AccountOpened(patient_id=PATIENT, opened_at=CALL_AT), CALL_AT),
        Example("evaluation", issued, issued_at),
        Example(
            "electronically",
            contracts.GoodFaithEstimateDelivered(**estimate, delivered_at=delivered_at),
            delivered_at,
        ),
        Example("not-in-time", contracts.GoodFaithEstimateOverdue(**estimate, due_by=due_by), due_by),
        Example(
            "by-a-second-evaluation",
            contracts.EstimateExceeded(**estimate, over_minor=COST, currency="USD"),
            BILLED_AT,
        ),
        Example("far-over", contracts.EstimateDisputed(**estimate, over_minor=COST, currency="USD"), BILLED_AT),
        Example(
            "lowered",
            contracts.EstimateDisputeClosed(
                **estimate, outcome=codes.EstimateDisputeOutcome.LOWERED, adjusted_minor=COST, currency="USD"
            ),
            BILLED_AT + timedelta(days=60),
        ),
    )


def _charges() -> Sequence[Example]:
    charge: dict[str, Any] = {
        "patient_id": PATIENT,
        "charge_id": CHARGE,
        "cause": codes.ChargeCause.EVALUATION,
        "cause_id": EVALUATION,
    }
    money: dict[str, Any] = {"amount_minor": COST, "currency": "USD"}
    fee: dict[str, Any] = {
        "patient_id": PATIENT,
        "appointment_id": EVALUATION_VISIT,
        "cause": codes.ChargeCause.LATE_CANCELLATION,
    }
    waived = contracts.FeeWaived(**fee, reason=codes.WaiverReason.FIRST_TIME_COURTESY, **money)
    together = contracts.FeeWaived(**fee, reason=codes.WaiverReason.SAME_DECISION, **money)
    alone = contracts.FeeWaived(**fee, reason=codes.WaiverReason.DOSE_NOT_GIVEN, **money)
    return (
        Example("evaluation", contracts.ChargePosted(**charge, revision=1, **money), BILLED_AT),
        Example("corrected", contracts.ChargeReversed(**charge, revision=1, **money), BILLED_AT + timedelta(days=1)),
        Example("medicare", contracts.CoverageBlocked(**charge, providers=(PRESCRIBER,)), BILLED_AT),
        Example("courtesy", waived, BILLED_AT),
        Example("given-up-together", together, BILLED_AT),
        Example("without-its-dose", alone, BILLED_AT),
    )


def _payments() -> Sequence[Example]:
    paid_at = BILLED_AT + timedelta(minutes=20)
    refunded_at = paid_at + timedelta(days=2)
    payment: dict[str, Any] = {"patient_id": PATIENT, "payment_id": PAYMENT, "amount_minor": COST, "currency": "USD"}
    entry: dict[str, Any] = {"patient_id": PATIENT, "posted_on": EVALUATION_AT.date().isoformat(), "currency": "USD"}
    owed = _line(codes.LedgerAccount.RECEIVABLE, debit=COST)
    earned = _line(codes.LedgerAccount.REVENUE_EVALUATION, credit=COST)
    back = (
        _line(codes.LedgerAccount.REVENUE_EVALUATION, debit=COST),
        _line(codes.LedgerAccount.RECEIVABLE, credit=COST),
    )
    return (
        Example(
            "at-the-terminal", contracts.PaymentReceived(**payment, method=codes.PaymentMethod.CARD_TERMINAL), paid_at
        ),
        Example(
            "goodwill",
            contracts.RefundIssued(**payment, refund_id=REFUND, reason=codes.RefundReason.GOODWILL),
            refunded_at,
        ),
        Example(
            "charge",
            contracts.JournalEntryPosted(
                **entry, entry_id=ENTRY, lines=(owed, earned), cause=codes.EntryCause.CHARGE, cause_id=CHARGE
            ),
            BILLED_AT,
        ),
        Example(
            "reversal",
            contracts.JournalEntryPosted(
                **entry,
                entry_id=REFUND,
                lines=back,
                cause=codes.EntryCause.CHARGE_REVERSAL,
                cause_id=CHARGE,
                reverses=ENTRY,
            ),
            refunded_at,
        ),
    )


def _prepaid() -> Sequence[Example]:
    kept: dict[str, Any] = {
        "patient_id": PATIENT,
        "payment_id": PAYMENT,
        "appointment_id": EVALUATION_VISIT,
        "currency": "USD",
    }
    package: dict[str, Any] = {"patient_id": PATIENT, "package_id": PACKAGE, "currency": "USD"}
    earned = contracts.RevenueRecognized(**package, charge_id=CHARGE, revision=1, amount_minor=50_000, sessions_left=5)
    written_off = contracts.WrittenOff(
        patient_id=PATIENT,
        charge_id=CHARGE,
        revision=1,
        amount_minor=5_000,
        currency="USD",
        reason=codes.WriteOffReason.HARDSHIP,
    )
    recovered = contracts.DebtRecovered(
        patient_id=PATIENT, charge_id=CHARGE, revision=1, amount_minor=5_000, currency="USD"
    )
    return (
        Example("evaluation", contracts.DepositTaken(**kept, amount_minor=10_000), CALL_AT),
        Example("evaluation", contracts.DepositApplied(**kept, charge_id=CHARGE, amount_minor=10_000), BILLED_AT),
        Example("series", contracts.PackagePurchased(**package, sessions=6, amount_minor=300_000), CALL_AT),
        Example("first-of-six", earned, BILLED_AT),
        Example("hardship", written_off, BILLED_AT),
        Example("paid-after-all", recovered, BILLED_AT),
        Example("paid", contracts.AccountSettled(patient_id=PATIENT), BILLED_AT),
        Example("a-bill", _link(), BILLED_AT),
    )


def _link() -> contracts.AccountLinkIssued:
    return contracts.AccountLinkIssued(
        patient_id=PATIENT,
        link_id=LINK,
        works_until=BILLED_AT + timedelta(days=30),
        for_booking=Sealed.plain(
            contracts.AccountLinkForBooking(link="https://careflow.example.org/billing/pages/papers/c3d4")
        ),
    )


def _processed() -> Sequence[Example]:
    online: dict[str, Any] = {"patient_id": PATIENT, "payment_id": PAYMENT, "currency": "USD"}
    declined = contracts.PaymentFailed(
        patient_id=PATIENT,
        payment_link_id=ENTRY,
        amount_minor=COST,
        currency="USD",
        reason=codes.DeclineReason.DECLINED,
    )
    lost = contracts.PaymentDisputeClosed(**online, amount_minor=COST, outcome=codes.PaymentDisputeOutcome.LOST)
    return (
        Example("declined", declined, CALL_AT),
        Example("came-back", contracts.RefundFailed(**online, refund_id=REFUND, amount_minor=10_000), BILLED_AT),
        Example("disputed", contracts.PaymentDisputed(**online, amount_minor=COST), BILLED_AT),
        Example("lost", lost, BILLED_AT + timedelta(days=40)),
    )


def _line(account: codes.LedgerAccount, *, debit: int = 0, credit: int = 0) -> contracts.JournalLine:
    return contracts.JournalLine(account=account, debit_minor=debit, credit_minor=credit)


def _superbills() -> Sequence[Example]:
    issued_at = BILLED_AT + timedelta(days=1)
    superbill: dict[str, Any] = {
        "patient_id": PATIENT,
        "superbill_id": SUPERBILL,
        "number": "SB-2026-0001",
        "version": 1,
    }
    voided_at = issued_at + timedelta(days=3)
    voided = contracts.SuperbillVoided(**superbill, voided_at=voided_at, reason=codes.VoidReason.CHARGE_CORRECTED)
    return (
        Example("evaluation", contracts.SuperbillIssued(**superbill, issued_at=issued_at), issued_at),
        Example("corrected", voided, voided_at),
        *_reimbursements(issued_at),
    )


def _reimbursements(opened_at: datetime) -> Sequence[Example]:
    case: dict[str, Any] = {"patient_id": PATIENT, "reimbursement_id": REIMBURSEMENT, "superbill_id": SUPERBILL}
    file_by = (opened_at + timedelta(days=88)).date().isoformat()
    paid = contracts.ReimbursementResolved(
        **case, outcome=codes.ReimbursementOutcome.PARTLY_PAID, received_minor=21_000, currency="USD"
    )
    return (
        Example(
            "to-be-filed",
            contracts.ReimbursementHelpOpened(**case, opened_at=opened_at, file_by=file_by),
            opened_at,
        ),
        Example(
            "a-month-left",
            contracts.ReimbursementFilingDue(**case, file_by=file_by),
            opened_at + timedelta(days=58),
        ),
        Example("paid-in-part", paid, opened_at + timedelta(days=120)),
    )

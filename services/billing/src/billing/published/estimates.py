"""Good-faith estimates, and disputes about them."""

from typing import TypedDict

from billing.domain.estimates import (
    Estimate,
    EstimateDelivered,
    EstimateDisputeClosed,
    EstimateDisputed,
    EstimateExceeded,
    EstimateIssued,
    EstimateOverdue,
)
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes


def estimate_issued(fact: EstimateIssued) -> contracts.GoodFaithEstimateIssued:
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


def estimate_delivered(fact: EstimateDelivered) -> contracts.GoodFaithEstimateDelivered:
    issue = fact.estimate.issues[-1]
    assert issue.delivered_at is not None
    return contracts.GoodFaithEstimateDelivered(
        patient_id=fact.estimate.patient_id,
        estimate_id=fact.estimate.id,
        version=issue.number,
        delivered_at=issue.delivered_at,
    )


def estimate_overdue(fact: EstimateOverdue) -> contracts.GoodFaithEstimateOverdue:
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


def estimate_exceeded(fact: EstimateExceeded) -> contracts.EstimateExceeded:
    return contracts.EstimateExceeded(
        patient_id=fact.estimate.patient_id,
        estimate_id=fact.estimate.id,
        version=fact.estimate.issues[-1].number,
        over_minor=fact.over.minor,
        currency=fact.over.currency,
    )


def estimate_disputed(fact: EstimateDisputed) -> contracts.EstimateDisputed:
    dispute = fact.estimate.dispute
    assert dispute is not None
    return contracts.EstimateDisputed(
        **_disputed(fact.estimate), over_minor=dispute.over.minor, currency=dispute.over.currency
    )


def estimate_dispute_closed(fact: EstimateDisputeClosed) -> contracts.EstimateDisputeClosed:
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

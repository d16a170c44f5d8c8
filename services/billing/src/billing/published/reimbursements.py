"""Cases of reimbursement, as events. Of an insurer nothing is told but what the patient got of it."""

from billing.domain.reimbursements import ReimbursementFilingDue, ReimbursementHelpOpened, ReimbursementResolved
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes


def opened(fact: ReimbursementHelpOpened) -> contracts.ReimbursementHelpOpened:
    case = fact.case
    return contracts.ReimbursementHelpOpened(
        patient_id=case.patient_id,
        reimbursement_id=case.id,
        superbill_id=case.superbill_id,
        opened_at=case.opened_at,
        file_by=case.file_by.isoformat(),
    )


def filing_due(fact: ReimbursementFilingDue) -> contracts.ReimbursementFilingDue:
    case = fact.case
    return contracts.ReimbursementFilingDue(
        patient_id=case.patient_id,
        reimbursement_id=case.id,
        superbill_id=case.superbill_id,
        file_by=case.file_by.isoformat(),
    )


def resolved(fact: ReimbursementResolved) -> contracts.ReimbursementResolved:
    case = fact.case
    assert case.outcome is not None
    return contracts.ReimbursementResolved(
        patient_id=case.patient_id,
        reimbursement_id=case.id,
        superbill_id=case.superbill_id,
        outcome=codes.ReimbursementOutcome(case.outcome),
        received_minor=case.received.minor,
        currency=case.received.currency,
    )

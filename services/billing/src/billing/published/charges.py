"""Charges and fees, what became of them in the books, and on which bill they are."""

from typing import TypedDict, TypeVar

from billing.domain.charges import Charge, CoverageBlocked, DebtRecovered, WrittenOff
from billing.domain.fee_cases import FeeWaived
from billing.domain.ledger import EntryPosted
from billing.domain.superbills import Superbill, SuperbillIssued, SuperbillVoided
from billing.domain.visits import VisitCoverageBlocked
from careflow_events import contracts
from careflow_events.contracts import billing_codes as codes

C = TypeVar("C", bound=contracts.ChargeEvent)


def of_charge(contract: type[C], charge: Charge) -> C:
    return contract(
        patient_id=charge.patient_id,
        charge_id=charge.id,
        cause=codes.ChargeCause(charge.rendered.cause),
        cause_id=charge.rendered.cause_id,
        revision=charge.revision,
        amount_minor=charge.amount.minor,
        currency=charge.amount.currency,
    )


def coverage_blocked(fact: CoverageBlocked) -> contracts.CoverageBlocked:
    services = fact.charge.rendered.services
    return contracts.CoverageBlocked(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        cause=codes.ChargeCause(fact.charge.rendered.cause),
        cause_id=fact.charge.rendered.cause_id,
        appointment_id=fact.charge.rendered.appointment_id,
        providers=tuple(dict.fromkeys(service.provider for service in services if service.provider)),
    )


def visit_blocked(fact: VisitCoverageBlocked) -> contracts.CoverageBlocked:
    return contracts.CoverageBlocked(
        patient_id=fact.visit.patient_id, appointment_id=fact.visit.id, providers=fact.visit.providers
    )


def fee_waived(fact: FeeWaived) -> contracts.FeeWaived:
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


def entry_posted(fact: EntryPosted) -> contracts.JournalEntryPosted:
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


def written_off(fact: WrittenOff) -> contracts.WrittenOff:
    return contracts.WrittenOff(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.write_off.amount.minor,
        currency=fact.write_off.amount.currency,
        reason=codes.WriteOffReason(fact.write_off.reason),
    )


def debt_recovered(fact: DebtRecovered) -> contracts.DebtRecovered:
    return contracts.DebtRecovered(
        patient_id=fact.charge.patient_id,
        charge_id=fact.charge.id,
        revision=fact.charge.revision,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
    )


def superbill_issued(fact: SuperbillIssued) -> contracts.SuperbillIssued:
    superbill = fact.superbill
    return contracts.SuperbillIssued(
        **_superbill(superbill), issued_at=superbill.issued_at, replaces=superbill.replaces
    )


def superbill_voided(fact: SuperbillVoided) -> contracts.SuperbillVoided:
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

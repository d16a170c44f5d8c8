"""Billing's share of a patient's record: what was estimated, charged and paid, and what was issued of it."""

from collections.abc import AsyncIterator
from typing import Final

from billing.application.ports import Ports
from billing.domain.disclosures import RecordDisclosed
from billing.domain.ids import DisclosureId, PatientId, RecordRequestId, StaffId
from careflow_domain.disclosures import Disclosure, RecordPart
from careflow_service.disclosing.records import Piece, ShareOfRecord, everything
from careflow_service.identity import Role
from careflow_service.work import Transaction

NOTICE: Final = (
    "Diagnoses stand on estimates and superbills as they were issued. Somebody else than the patient is given them "
    "only where the patient's consent, or a law, says so: read it before this copy is handed on."
)


def share_of_record(ports: Ports) -> ShareOfRecord:
    """What billing holds of a record, and how it is handed out."""

    async def knows(patient_id: str) -> bool:
        return await ports.accounts.find(PatientId(patient_id)) is not None

    return ShareOfRecord(
        service="billing",
        disclosures=ports.disclosures,
        wanted=ports.wanted_shares,
        kept=ports.wanted_shares,
        parts={RecordPart.GENERAL: frozenset({Role.BILLER, Role.MEDICAL_DIRECTOR})},
        knows=knows,
        pieces=lambda disclosure: _pieces(disclosure, ports),
        absorbed=lambda patient_id: ports.accounts.given_up_for(PatientId(patient_id)),
        notice=lambda _: NOTICE,
        copied_within=ports.policy.record_copies.copied_within,
        answered=_answered,
    )


async def _answered(disclosure: Disclosure, record_request_id: str, tx: Transaction) -> None:
    fact = RecordDisclosed(
        patient_id=PatientId(disclosure.patient_id),
        record_request_id=RecordRequestId(record_request_id),
        disclosure_id=DisclosureId(disclosure.id),
        by=StaffId(disclosure.made_by),
        at=disclosure.made_at,
    )
    tx.record([fact])


def _pieces(disclosure: Disclosure, ports: Ports) -> AsyncIterator[Piece]:
    kinds = {
        "account": ports.accounts,
        "visit": ports.visits,
        "estimate": ports.estimates,
        "charge": ports.charges,
        "fee": ports.fees,
        "package": ports.packages,
        "payment": ports.payments,
        "superbill": ports.superbills,
        "reimbursement": ports.reimbursements,
        "paper": ports.papers,
    }
    return everything(disclosure.patient_id, kinds)

"""What a superbill of some charges would be made of, as things stand."""

import asyncio
from collections.abc import Sequence

from billing.application.ports import Ports
from billing.domain.ids import ChargeId, PatientId
from billing.domain.superbill_elements import Draft
from careflow_domain.errors import invalid
from careflow_service.work import side_by_side

MOST_CHARGES = 50
"""One letter page holds about that many lines."""


async def draft_of(
    patient_id: PatientId, charge_ids: Sequence[ChargeId], *, disclose_diagnoses: bool, ports: Ports
) -> Draft:
    """Refused: `account_not_found`, `charge_not_found`, `charges_invalid`."""
    if not 0 < len(charge_ids) <= MOST_CHARGES or len(set(charge_ids)) != len(charge_ids):
        raise invalid("charges_invalid", "Name the charges, each once, no more than fit on one bill.")
    account, payments, charges = await side_by_side(
        ports.accounts.get(patient_id),
        ports.payments.allocated_to(charge_ids, of=patient_id),
        asyncio.gather(*(ports.charges.get(charge_id, of=patient_id) for charge_id in charge_ids)),
    )
    return Draft(
        account=account,
        practice=ports.practice,
        charges=tuple(charges),
        payments=tuple(payments),
        disclose_diagnoses=disclose_diagnoses,
        diagnosis_codes=ports.diagnosis_codes,
    )

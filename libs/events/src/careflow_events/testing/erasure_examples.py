"""Examples of how somebody is erased, or is not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.testing.example import CALL_AT, PATIENT, Example

_ASKED_AT: Final = CALL_AT + timedelta(days=40)
_ASKED: Final = "0192f4c1-77a2-7b6e-8c11-5d0e3f9a4b01"
_KEPT: Final = {"reason": codes.RetentionReason.CARE_RECORD, "retain_until": datetime(2033, 12, 2, tzinfo=UTC)}


def erasure_examples() -> Sequence[Example]:
    """Of both ends."""
    return (
        Example(
            "asked-for",
            contracts.PatientErasureRequested(patient_id=PATIENT, erasure_id=_ASKED, requested_at=_ASKED_AT),
            _ASKED_AT,
        ),
        *(
            Example("nothing-to-keep", agreed(patient_id=PATIENT, erasure_id=_ASKED), _ASKED_AT)
            for agreed in (
                contracts.ScreeningErasureAgreed,
                contracts.SessionsErasureAgreed,
                contracts.BillingErasureAgreed,
            )
        ),
        Example(
            "a-record-was-begun",
            contracts.ScreeningErasureRefused.model_validate({"patient_id": PATIENT, "erasure_id": _ASKED, **_KEPT}),
            _ASKED_AT,
        ),
        Example(
            "a-course-was-begun",
            contracts.SessionsErasureRefused.model_validate({"patient_id": PATIENT, "erasure_id": _ASKED, **_KEPT}),
            _ASKED_AT,
        ),
        Example(
            "something-is-owed",
            contracts.BillingErasureRefused(
                patient_id=PATIENT, erasure_id=_ASKED, reason=codes.RetentionReason.MONEY_OWED
            ),
            _ASKED_AT,
        ),
        Example(
            "refused",
            contracts.ErasureDeclined(
                patient_id=PATIENT,
                erasure_id=_ASKED,
                declined_at=_ASKED_AT,
                refusals=(
                    contracts.ErasureRefusal.model_validate({"service": codes.CareFlowService.SCREENING, **_KEPT}),
                ),
            ),
            _ASKED_AT,
        ),
        Example(
            "agreed-to-by-all",
            contracts.PatientErased(patient_id=PATIENT, erasure_id=_ASKED, erased_at=_ASKED_AT),
            _ASKED_AT,
        ),
        Example("erased", contracts.EventErased(patient_id=PATIENT), _ASKED_AT),
    )

"""Whose cancellation it was and why: it decides about fees, and says nothing clinical."""

from dataclasses import dataclass
from enum import StrEnum


class CancelledBy(StrEnum):
    """Whose cancellation it was: the patient's also when the clinic cancels at the patient's wish."""

    PATIENT = "patient"
    CLINIC = "clinic"
    CLINICAL_HOLD = "clinical_hold"


class CancelReason(StrEnum):
    """Why, in words that say nothing clinical."""

    PATIENT_REQUEST = "patient_request"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    CLINIC_CLOSED = "clinic_closed"
    HOLD_NOT_RELEASED = "hold_not_released"
    CARE_ENDED = "care_ended"
    BOOKED_IN_ERROR = "booked_in_error"
    OTHER = "other"


WHOSE = {
    CancelReason.PATIENT_REQUEST: CancelledBy.PATIENT,
    CancelReason.PROVIDER_UNAVAILABLE: CancelledBy.CLINIC,
    CancelReason.CLINIC_CLOSED: CancelledBy.CLINIC,
    CancelReason.HOLD_NOT_RELEASED: CancelledBy.CLINICAL_HOLD,
    CancelReason.CARE_ENDED: CancelledBy.CLINIC,
    CancelReason.BOOKED_IN_ERROR: CancelledBy.CLINIC,
    CancelReason.OTHER: CancelledBy.CLINIC,
}
"""The reason says whose cancellation it is, and with it who may be charged; never who pressed the button."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    by: CancelledBy
    reason: CancelReason
    notice_minutes: int

"""How a patient is erased: booking asks, every service answers in its own topic, booking tells what came of it.

Screening, sessions and billing each judge by what they must keep. Between the request and its end nobody writes
anything new about the patient.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes
from careflow_events.contracts.billing import BillingEvent
from careflow_events.contracts.booking import BookingEvent
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import ContractModel, Id, Several
from careflow_events.contracts.screening import ScreeningEvent
from careflow_events.contracts.sessions import SessionsEvent

ErasureId = Annotated[Id, Field(description="The request to erase the patient.")]
RetainUntil = Annotated[
    Instant | None, Field(description="Until when at least it has to be kept; left out while nobody can tell.")
]


class PatientErasureRequested(BookingEvent):
    """Everything about a patient is to be erased. Each service closes the patient and answers."""

    outlasts_erasure = True

    erasure_id: ErasureId
    requested_at: Annotated[Instant, Field(description="When it was asked for.")]


class PatientErased(BookingEvent):
    """Every service agreed: destroy what you hold of this patient, now and for good."""

    restricts = True
    outlasts_erasure = True

    erasure_id: ErasureId
    erased_at: Annotated[Instant, Field(description="When the last answer had come.")]


class ErasureRefusal(ContractModel):
    """Who has to keep something, why, and until when."""

    service: codes.CareFlowService
    reason: codes.RetentionReason
    retain_until: RetainUntil = None


class ErasureDeclined(BookingEvent):
    """The patient is not erased: a service must keep something, or the request was withdrawn. They are open again."""

    outlasts_erasure = True

    erasure_id: ErasureId
    declined_at: Annotated[Instant, Field(description="When it ended.")]
    refusals: Annotated[
        Several[ErasureRefusal], Field(description="Who refused; nobody where the request was withdrawn.")
    ] = ()


class ScreeningErasureAgreed(ScreeningEvent):
    """Screening has to keep nothing of the patient."""

    outlasts_erasure = True

    erasure_id: ErasureId


class ScreeningErasureRefused(ScreeningEvent):
    """Screening has to keep something of the patient."""

    outlasts_erasure = True

    erasure_id: ErasureId
    reason: codes.RetentionReason
    retain_until: RetainUntil = None


class SessionsErasureAgreed(SessionsEvent):
    """Sessions has to keep nothing of the patient."""

    outlasts_erasure = True

    erasure_id: ErasureId


class SessionsErasureRefused(SessionsEvent):
    """Sessions has to keep something of the patient."""

    outlasts_erasure = True

    erasure_id: ErasureId
    reason: codes.RetentionReason
    retain_until: RetainUntil = None


class BillingErasureAgreed(BillingEvent):
    """Billing has to keep nothing of the patient."""

    for_integrators = False
    outlasts_erasure = True

    erasure_id: ErasureId


class BillingErasureRefused(BillingEvent):
    """Billing has to keep something of the patient."""

    for_integrators = False
    outlasts_erasure = True

    erasure_id: ErasureId
    reason: codes.RetentionReason
    retain_until: RetainUntil = None

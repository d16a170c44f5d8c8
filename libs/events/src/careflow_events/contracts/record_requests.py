"""How a patient's record is given: booking says what is asked of whom, every service says that its share went out.

Nothing of a record is in these events. Which parts are asked for is sealed: that there is one about substance use says
too much.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes
from careflow_events.contracts.billing import BillingEvent
from careflow_events.contracts.booking import BookingEvent
from careflow_events.contracts.model import Id, Section, Several, StaffId
from careflow_events.contracts.screening import RecordPartForBooking
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.contracts.sessions import SessionsEvent

RecordRequestId = Annotated[Id, Field(description="The request for the patient's record.")]
DisclosureId = Annotated[Id, Field(description="The disclosure, in the service that made it.")]
DisclosedBy = Annotated[StaffId, Field(description="Who handed it out.")]


class RecordPartsWanted(Section):
    """Of which parts of the record this service's share is waited for; none where none is."""

    due_on: Annotated[date, Field(description="The last day, in the clinic's zone, by the shortest clock that runs.")]
    parts: Several[codes.RecordPart] = ()


class RecordRequestEvent(BookingEvent):
    """A request for a patient's record as it stands: what is still waited for, of which service, and until when."""

    record_request_id: RecordRequestId
    for_screening: Annotated[Sealed[RecordPartsWanted], SealedFor("screening")]
    for_sessions: Annotated[Sealed[RecordPartsWanted], SealedFor("sessions")]
    for_billing: Annotated[Sealed[RecordPartsWanted], SealedFor("billing")]


class RecordRequested(RecordRequestEvent):
    """Somebody asked for a patient's record, and it is known who: each service hands out its share."""


class RecordRequestChanged(RecordRequestEvent):
    """More time was taken, a part was refused, a share came by hand, or the request has ended and nothing is waited
    for.
    """


class SessionsRecordDisclosed(SessionsEvent):
    """The share of sessions in a part of the record was handed out for a request for the patient's record."""

    record_request_id: RecordRequestId
    disclosure_id: DisclosureId
    disclosed_by: DisclosedBy
    for_booking: Annotated[Sealed[RecordPartForBooking], SealedFor("booking")]


class BillingRecordDisclosed(BillingEvent):
    """Billing's share of the record was handed out for a request for the patient's record."""

    for_integrators = False

    record_request_id: RecordRequestId
    disclosure_id: DisclosureId
    disclosed_by: DisclosedBy
    for_booking: Annotated[Sealed[RecordPartForBooking], SealedFor("booking")]

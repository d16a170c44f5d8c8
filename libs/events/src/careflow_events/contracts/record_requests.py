"""How a patient's record is given: every service says that its share went out.

Nothing of a record is in these events. Which parts are asked for is sealed: that there is one about substance use says
too much.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts.billing import BillingEvent
from careflow_events.contracts.model import Id, StaffId
from careflow_events.contracts.screening import RecordPartForBooking
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.contracts.sessions import SessionsEvent

RecordRequestId = Annotated[Id, Field(description="The request for the patient's record.")]
DisclosureId = Annotated[Id, Field(description="The disclosure, in the service that made it.")]
DisclosedBy = Annotated[StaffId, Field(description="Who handed it out.")]


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

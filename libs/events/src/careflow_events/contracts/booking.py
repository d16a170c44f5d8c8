"""What booking says: careflow.booking.v1. Everything but ids, process codes and times is sealed."""

from datetime import date
from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import ContractModel, Id, LocationEvent, PatientEvent, Section, Several, StaffId
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.topics import BOOKING

UsState = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""Two-letter code of a US state."""

TimeZone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")]
"""An IANA time zone, e.g. `America/Los_Angeles`."""

Minutes = Annotated[int, Field(ge=0)]


class BookingEvent(PatientEvent):
    """Written by booking."""

    topic = BOOKING


class Contact(Section):
    """Somebody to call."""

    name: str
    phone: str


class PersonName(Section):
    """A person's legal name, and the name they want to be called by."""

    given: str
    family: str
    preferred: str | None = None


class Address(Section):
    """A postal address in the United States."""

    line: str
    city: str
    state: UsState
    postal_code: str


class PatientForScreening(Section):
    """What rules and crisis response need, and whom a case is about. A detail that is left out is not known."""

    birth_date: date
    sex: codes.Sex | None = None
    pregnancy_possible: bool | None = None
    state: UsState
    phone: str | None = None
    emergency_contact: Contact | None = None
    name: PersonName | None = None


class PatientForSessions(Section):
    """What the treating team needs on the day. A detail that is left out is not known."""

    name: PersonName
    birth_date: date
    phone: str | None = None
    emergency_contact: Contact | None = None
    escort: Contact | None = None


class PatientForBilling(Section):
    """What estimates and superbills name. A detail that is left out is not known."""

    legal_name: PersonName
    birth_date: date
    sex: codes.Sex | None = None
    address: Address | None = None
    delivery_preference: codes.DeliveryPreference | None = None


class PatientRegistered(BookingEvent):
    """A person is known to the clinic."""

    for_screening: Annotated[Sealed[PatientForScreening], SealedFor("screening")]
    for_sessions: Annotated[Sealed[PatientForSessions], SealedFor("sessions")]
    for_billing: Annotated[Sealed[PatientForBilling], SealedFor("billing")]


class PatientDetailsChanged(BookingEvent):
    """A patient's details as they are now, all of them; `changed` names the groups that differ."""

    changed: Annotated[Several[codes.PatientDetail], Field(min_length=1)]
    for_screening: Annotated[Sealed[PatientForScreening], SealedFor("screening")]
    for_sessions: Annotated[Sealed[PatientForSessions], SealedFor("sessions")]
    for_billing: Annotated[Sealed[PatientForBilling], SealedFor("billing")]


class PractitionerName(Section):
    """What somebody of the clinic is called."""

    name: str


class PractitionerNamed(LocationEvent):
    """Somebody who sees patients at a place is called so from now on: they are entered, or called otherwise."""

    topic = BOOKING

    practitioner_id: Annotated[StaffId, Field(description="Who, as the identity provider knows them.")]
    for_services: Annotated[Sealed[PractitionerName], SealedFor("screening", "sessions", "billing")]


class PatientMergeEvent(BookingEvent):
    """`patient_id` is the record that is given up; `surviving_patient_id` the one that stays."""

    surviving_patient_id: Id


class PatientsMerged(PatientMergeEvent):
    """Somebody at the clinic found that two records are about one person. Nothing is begun any more with the one given
    up; what stands in it stays there.
    """


class PatientsUnmerged(PatientMergeEvent):
    """The two were two people after all, or were merged the wrong way round: both records are in use again."""


class Provider(ContractModel):
    """Somebody who takes part in a visit."""

    id: Annotated[StaffId, Field(description="Who, as the identity provider knows them.")]
    role: codes.ProviderRole


class Hold(ContractModel):
    """Why a visit must wait: the pair of reason and what it refers to, and since when."""

    reason: codes.HoldReason
    ref: Id
    since: Instant


class AppointmentEvent(BookingEvent):
    """An appointment as it is after the event. `version` rises with every change of the appointment."""

    appointment_id: Id
    version: Annotated[int, Field(ge=1)]
    kind: codes.AppointmentKind
    phase: codes.Phase | None = None
    starts_at: Instant
    ends_at: Instant
    timezone: TimeZone
    modality: codes.Modality
    providers: Several[Provider]
    location_id: Id
    room_id: Id | None = None
    status: codes.AppointmentStatus
    holds: Several[Hold] = ()
    plan_id: Id | None = None


class AppointmentBookedEvent(AppointmentEvent):
    """It will take place."""

    booked_by: codes.BookedBy


class AppointmentRescheduledEvent(AppointmentEvent):
    """An appointment was moved: `notice_minutes` before the time given up."""

    previous_starts_at: Instant
    rescheduled_by: codes.RescheduledBy
    notice_minutes: Minutes
    first_notice_minutes: Minutes | None = None
    late_moves: Annotated[int, Field(ge=0)] = 0


class AppointmentReassignedEvent(AppointmentEvent):
    """Somebody else gives it, or it is in another room: not a reschedule, and nothing is owed."""

    previous_providers: Several[Provider]
    previous_room_id: Id | None = None


class AppointmentCancelledEvent(AppointmentEvent):
    """An appointment was called off."""

    cancelled_by: codes.CancelledBy
    reason: codes.CancelReason
    notice_minutes: Minutes


class ConsultationBooked(AppointmentBookedEvent):
    """An info call or an evaluation will take place."""


class ConsultationRescheduled(AppointmentRescheduledEvent):
    """The same appointment at another time, a higher version; never a cancellation.

    `notice_minutes` is how long before the time given up it was moved. `first_notice_minutes` is the notice given for
    the first time lost by a late move; a later cancellation counts by it. `late_moves` counts the patient's late moves.
    """


class ConsultationReassigned(AppointmentReassignedEvent):
    """Somebody else gives it, or it is in another room, at the same time."""


class ConsultationCancelled(AppointmentCancelledEvent):
    """It will not take place. `notice_minutes` is the notice that counts for fees."""


class ConsultationArrived(AppointmentEvent):
    """The patient is there, or on the line."""


class ConsultationCompleted(AppointmentEvent):
    """It took place and ended so."""

    disposition: codes.Disposition


class ConsultationMissed(AppointmentEvent):
    """The patient did not come."""


class TreatmentBooked(AppointmentBookedEvent):
    """A visit of the course will take place: preparation, dosing, integration, review or an adjunct service."""

    for_integrators = False


class TreatmentRescheduled(AppointmentRescheduledEvent):
    """The same appointment at another time, a higher version; never a cancellation.

    `notice_minutes` is how long before the time given up it was moved. `first_notice_minutes` is the notice given for
    the first time lost by a late move; a later cancellation counts by it. `late_moves` counts the patient's late moves.
    """

    for_integrators = False


class TreatmentReassigned(AppointmentReassignedEvent):
    """Somebody else gives it, or it is in another room, at the same time."""


class TreatmentCancelled(AppointmentCancelledEvent):
    """It will not take place. `notice_minutes` is the notice that counts for fees."""

    for_integrators = False


class TreatmentArrived(AppointmentEvent):
    """The patient is there for a visit of the course, or on the line."""


class TreatmentMissed(AppointmentEvent):
    """The patient did not come to a visit of the course."""


class HoldDetails(Section):
    """What exactly the visit waits for, or did."""

    cause: codes.HoldCause


class AppointmentHoldEvent(AppointmentEvent):
    """The pair of reason and what it refers to; `holds` is what the visit waits for now."""

    for_integrators = True

    reason: codes.HoldReason
    ref: Id
    for_sessions_and_billing: Annotated[Sealed[HoldDetails], SealedFor("sessions", "billing")]


class AppointmentPutOnHold(AppointmentHoldEvent):
    """A booked visit must wait for one thing more; it is neither cancelled nor missed, and nothing is owed for it."""


class AppointmentReleased(AppointmentHoldEvent):
    """A booked visit no longer waits for this; it takes place once nothing is left in `holds`."""


class AppointmentCorrected(AppointmentEvent):
    """What was recorded of how it ended was wrong: it stands at `to` again, as if `from` had never been said."""

    from_: Annotated[codes.AppointmentStatus, Field(alias="from")]
    to: codes.AppointmentStatus


class CarePathStageChanged(BookingEvent):
    """The patient stands at another stage of the care path."""

    for_integrators = True

    from_: Annotated[codes.CareStage, Field(alias="from")]
    to: codes.CareStage


class InquiryEvent(BookingEvent):
    """About what somebody who is no patient yet asks the clinic. `patient_id` is under which they are registered if
    they become one.
    """

    for_integrators = True

    inquiry_id: Annotated[Id, Field(description="The inquiry.")]


class InquiryReceived(InquiryEvent):
    """Somebody has asked the clinic something."""


class InquiryClosed(InquiryEvent):
    """Nothing more is to be done about an inquiry."""

    outcome: codes.InquiryOutcome


class InquiryReopened(InquiryEvent):
    """An inquiry was closed by mistake: what was said of its end is true no longer, and it waits again."""

"""What sessions says of treatment plans, on careflow.sessions.v1: the visits a prescriber has signed for."""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import ContractModel, Id, Section, Several, StaffId
from careflow_events.contracts.screening import ServiceLine
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.contracts.sessions import Count, SessionsEvent

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A calendar day of the clinic."""


class PlannedVisits(ContractModel):
    """So many visits of one kind, how long each is and what it takes."""

    kind: codes.AppointmentKind
    count: Count
    duration_minutes: Annotated[int, Field(ge=1)]
    modality: codes.Modality
    roles: Several[codes.ProviderRole]
    rooms: Several[session_codes.RoomPurpose] = ()


class PlanForBooking(Section):
    """How the visits of a plan follow each other."""

    dosing_interval_hours: Annotated[int, Field(ge=1)]
    cadence_days: Annotated[int, Field(ge=1)]
    integration_within_hours: Annotated[int, Field(ge=1)]
    therapist_id: StaffId | None = None


class PlannedServices(Section):
    """What one kind of visit is expected to be billed by: the lines of one visit, and how many visits."""

    kind: codes.AppointmentKind
    count: Count
    service_lines: Several[ServiceLine]


class PlanForBilling(Section):
    """What an estimate of the plan counts."""

    services: Several[PlannedServices]


class PlanSignedEvent(SessionsEvent):
    """A prescriber signed this version of a plan, on this clearance and this consent to treatment."""

    plan_id: Id
    version: Count
    phase: codes.Phase
    clearance_id: Id
    consent_id: Id
    activated_at: Instant
    visits: Annotated[Several[PlannedVisits], Field(min_length=1)]
    for_booking: Annotated[Sealed[PlanForBooking], SealedFor("booking")]
    for_billing: Annotated[Sealed[PlanForBilling], SealedFor("billing")]


class PlanActivated(PlanSignedEvent):
    """A plan was signed for the first time: treatment visits may be booked by it."""


class PlanAdjusted(PlanSignedEvent):
    """A newer version of the plan was signed; it replaces the one before."""


class PlanChangeEvent(SessionsEvent):
    """Something happened to a signed plan."""

    plan_id: Id
    version: Count
    reason: session_codes.PlanChangeReason


class PlanPutOnHold(PlanChangeEvent):
    """No dose is given by this plan until it is resumed; therapy visits go on."""

    restricts = True


class PlanResumed(PlanChangeEvent):
    """The plan counts again."""


class PlanCompleted(PlanChangeEvent):
    """The course has ended as planned; no more doses."""

    restricts = True


class PlanDiscontinued(PlanChangeEvent):
    """The course was given up; no more doses."""

    restricts = True


class PlanEnding(SessionsEvent):
    """A maintenance ends soon: no dose by this plan after `last_day`, unless a prescriber signs a newer version. Said
    once for each signed version; it is over with the next `PlanAdjusted`, `PlanCompleted` or `PlanDiscontinued`.
    """

    for_integrators = True

    plan_id: Id
    version: Count
    last_day: Day


class PlanTaskEvent(SessionsEvent):
    """Something the plan asks for beside its sessions, never which. Each step of it has its own time, the
    next one under the same `task_id`.
    """

    for_integrators = True

    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant


class PlanTaskDue(PlanTaskEvent):
    """It is to be done by then; a result that comes later makes something due again."""


class PlanTaskCompleted(PlanTaskEvent):
    """Nothing of it is to be done any more."""

    outcome: session_codes.TaskOutcome


class PlanTaskOverdue(PlanTaskEvent):
    """It has not been done in time."""


class PlanLinkForBooking(Section):
    """The link itself. Who has it still needs to know something of the patient."""

    link: str


class PlanLinkIssued(SessionsEvent):
    """A patient was given a link to what their plan asks of them beside the sessions, which booking sends and which
    works until `works_until`.
    """

    link_id: Id
    works_until: Instant
    for_booking: Annotated[Sealed[PlanLinkForBooking], SealedFor("booking")]


class PlanLinkWithdrawn(SessionsEvent):
    """A link that a patient was given leads nowhere any more; a message with it that has not gone out yet is not sent.
    It restricts, so it may be heard before the link is.
    """

    restricts = True

    link_id: Id

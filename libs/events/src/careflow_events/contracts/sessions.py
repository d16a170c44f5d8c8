"""What sessions says on careflow.sessions.v1: consents, treatment sessions and what follows them. No document, route,
drug, dose, sign or score is open.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.booking import Provider
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import Id, PatientEvent, Section, Several, StaffId
from careflow_events.contracts.screening import ServiceLine
from careflow_events.contracts.sealed import Sealed, SealedFor
from careflow_events.topics import SESSIONS

Count = Annotated[int, Field(ge=1)]

PolicyVersion = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The clinic's own name of a version of one of its policies."""


class SessionsEvent(PatientEvent):
    """Written by sessions, for everyone who may read operational events."""

    topic = SESSIONS


class ConsentDocument(Section):
    """Which text was signed, and for which route where it is about one."""

    document: str
    document_version: str
    route: codes.Route | None = None


class ConsentEvent(SessionsEvent):
    """Something happened to a consent; `policy_version` names the clinic's policy where the consent is to one."""

    consent_id: Id
    category: session_codes.ConsentCategory
    policy_version: PolicyVersion | None = None
    signed_at: Instant
    valid_until: Instant


class ConsentSigned(ConsentEvent):
    """The patient agreed. `renews` are all earlier consents to the same thing, whose place it takes."""

    renews: Several[Id] = ()
    for_screening: Annotated[Sealed[ConsentDocument], SealedFor("screening")]


class ConsentWithdrawn(ConsentEvent):
    """The patient took it back."""

    restricts = True


class ConsentExpired(ConsentEvent):
    """Its time has run out."""

    restricts = True


class SessionEvent(SessionsEvent):
    """Something happened in a session. `number` of `of` counts the plan's visits of this kind; a session outside a
    plan has neither.
    """

    session_id: Id
    appointment_id: Id
    plan_id: Id | None = None
    kind: codes.AppointmentKind
    phase: codes.Phase | None = None
    number: Count | None = None
    of: Count | None = None
    at: Instant


class SessionCheckedIn(SessionEvent):
    """The patient is there, or on the line."""


class SessionCleared(SessionEvent):
    """Everything that is asked before a dose is in order, or a prescriber has signed for what is not."""

    for_integrators = True


class SessionStarted(SessionEvent):
    """The session is under way."""

    for_integrators = True


class DoseAdministered(SessionEvent):
    """A dose was given; what and how much stays inside. `outside_gate`: it was given although not everything was in
    order, or written down too late to know, and no further dose is given until a prescriber has reviewed it.
    """

    outside_gate: bool = False


class SessionRunningLong(SessionEvent):
    """A dosing session goes on beyond its booked end; said once for each such end. It is over with the next
    `SessionDischarged`, `SessionCompleted` or `SessionAborted` of the session.
    """

    for_integrators = True

    expected_end: Instant


class SessionDischarged(SessionEvent):
    """The patient may go home. Written down afterwards, `left_at` is when they left, and `overdue_after_leaving` how
    late an observation had been said to be (`VitalsOverdue`) when there was nobody to observe any more. Said again
    where when they left is put right.
    """

    for_integrators = True

    left_at: Instant | None = None
    overdue_after_leaving: session_codes.VitalsSeverity | None = None


class RefusalDetails(Section):
    """Every item that was not in order."""

    items: Several[str]


class SessionRefused(SessionEvent):
    """No dose today; of another `kind` than a dosing, no hour by video or telephone, which was a coordination call
    instead: what the visit was for is still to be done. `patient_controllable`: only what the patient could have
    arranged was missing; what is about safety or honesty never is.
    """

    reason: codes.HoldReason
    patient_controllable: bool
    for_booking_and_billing: Annotated[Sealed[RefusalDetails], SealedFor("booking", "billing")]
    for_screening: Annotated[Sealed[RefusalDetails] | None, SealedFor("screening")] = None


class TherapyReviewEvent(SessionsEvent):
    """Therapy was held in a session otherwise than planned: outside its times, by a therapist who was not recorded as
    present, or at a distance without what is asked before. Until somebody who had no hand in it has reviewed it, by
    `due_by`, it is no visit of the plan and no line of a bill. `task_id` is the id of that therapy.
    """

    for_integrators = True

    session_id: Id
    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant


class TherapyReviewDue(TherapyReviewEvent):
    """It was written down."""


class TherapyReviewCompleted(TherapyReviewEvent):
    """Its review is decided. Where it counts and may be billed, its lines follow with `SessionServicesCorrected`."""


class TherapyReviewOverdue(TherapyReviewEvent):
    """Its review has not been decided in time."""


class SessionServiceLine(ServiceLine):
    """One billable service of a session, by whom it was rendered; of a drug its name and strength, the NDC as eleven
    digits, and how much of it in the unit the NDC is billed in.
    """

    rendering_provider: StaffId
    drug: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    strength: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    ndc: Annotated[str, Field(pattern=r"^[0-9]{11}$")] | None = None
    ndc_quantity: Annotated[str, Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$")] | None = None
    ndc_unit: session_codes.NdcUnit | None = None


class SessionForBilling(Section):
    """The services rendered in a session, from its documented times; none when nothing billable took place."""

    service_lines: Several[SessionServiceLine]


class SessionEndEvent(SessionEvent):
    """A session that was started has ended. Its service lines are revision 1. `held_otherwise`: therapy was held in it,
    but otherwise than planned; its lines are missing until a review has decided that it counts, and then come with
    `SessionServicesCorrected`.
    """

    started_at: Instant
    ended_at: Instant
    providers: Several[Provider]
    modality: codes.Modality
    held_otherwise: bool = False
    outcome: session_codes.SessionOutcome
    for_billing: Annotated[Sealed[SessionForBilling], SealedFor("billing")]


class SessionCompleted(SessionEndEvent):
    """It took place; its appointment is fulfilled."""


class SessionAborted(SessionEndEvent):
    """It was stopped after it had started; only what was rendered is billed."""


class SessionServicesCorrected(SessionsEvent):
    """The rendering clinician corrected the service lines; these replace those of every lower revision."""

    session_id: Id
    revision: Annotated[int, Field(ge=2)]
    for_billing: Annotated[Sealed[SessionForBilling], SealedFor("billing")]


class IntegrationEvent(SessionsEvent):
    """The integration that belongs to a dose, to be done by `due_by`."""

    dosing_session_id: Id
    due_by: Instant


class IntegrationDue(IntegrationEvent):
    """A dose was given: its integration is to follow."""


class IntegrationDone(IntegrationEvent):
    """It was completed."""


class IntegrationOverdue(IntegrationEvent):
    """It has not taken place in time; no further dose until it has."""

    restricts = True


class IntegrationEnded(IntegrationEvent):
    """Nobody asks for it any more: the patient's care has ended without it. A further dose still waits for one."""


class ClinicalFactForScreening(Section):
    """A fact that screening's rules must know."""

    fact: session_codes.ReportedFact
    value: Annotated[str, Field(description="What was found, as screening's rules name it.")]
    source: session_codes.FactSource
    detail: Annotated[str, Field(description="What is known beside it, such as the reaction.")] | None = None


class ClinicalFactReported(SessionsEvent):
    """A session found out something that bears on the clearance."""

    session_id: Id
    at: Instant
    for_screening: Annotated[Sealed[ClinicalFactForScreening], SealedFor("screening")]


class NoteSigned(SessionsEvent):
    """A clinician signed a note of a session. It is by this event alone that a service is known to be documented: a
    superbill names only lines of a session in which their rendering provider has signed a note (`signed_by`), whatever
    the `kind`. A signature is never taken back; what is added later is not said. Psychotherapy notes are not notes of
    the record, and nothing is said of them.
    """

    for_integrators = True

    note_id: Id
    session_id: Id
    kind: session_codes.NoteKind
    signed_by: StaffId
    signed_at: Instant


class CareDischarged(SessionsEvent):
    """The patient's care has ended: nothing of it is open. Its plan (the newest one) and what they were cleared by
    count no more; who comes back begins with a new case.
    """

    plan_id: Id
    discharged_at: Instant
    discharged_by: StaffId
    reason: session_codes.CareEndReason


class FollowUpContactEvent(SessionsEvent):
    """Somebody of the team is to speak with the patient after harm in a treatment, after they left early, or after they
    did not come; then each step has its own time, the next one under the same `task_id`.
    """

    for_integrators = True

    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant


class FollowUpContactDue(FollowUpContactEvent):
    """It is to be made by then."""


class FollowUpContactOverdue(FollowUpContactEvent):
    """It has not been made in time."""

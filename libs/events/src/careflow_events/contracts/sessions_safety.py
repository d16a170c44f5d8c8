"""What sessions says on careflow.sessions.safety.v1: vital signs, adverse events, and controlled drugs that do not add
up. How bad a sign is, never which one.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import session_codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import Id, LocationEvent, PatientEvent
from careflow_events.topics import SESSIONS_SAFETY

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A calendar day of the clinic."""


Grade = Annotated[int, Field(ge=1, le=5)]


class SessionSafetyEvent(PatientEvent):
    """Written by sessions, for those who may read safety events."""

    topic = SESSIONS_SAFETY


class VitalsEvent(SessionSafetyEvent):
    """Something about the vital signs in a session."""

    session_id: Id
    severity: session_codes.VitalsSeverity
    at: Instant


class VitalsBreached(VitalsEvent):
    """A vital sign is outside its limits."""

    for_integrators = True


class VitalsOverdue(VitalsEvent):
    """A planned observation was not recorded in time."""

    for_integrators = True


class AdverseEventReported(SessionSafetyEvent):
    """Something harmful happened, of this grade (CTCAE 1 to 5). Graded anew before its review was decided, it is said
    again, with the grade it had; a lower grade takes nothing back, only a review does.
    """

    restricts = True

    adverse_event_id: Id
    session_id: Id | None = None
    grade: Grade
    previous_grade: Grade | None = None
    serious: bool
    reported_at: Instant


class AdverseEventReviewed(SessionSafetyEvent):
    """A prescriber signed the review of an adverse event."""

    adverse_event_id: Id
    decision: session_codes.ReviewDecision
    reviewed_at: Instant


class PatientLeftEarly(SessionSafetyEvent):
    """A patient left after a dose without being discharged, at this time: escort and patient are called, and again the
    next day. `overdue_after_leaving`: written down afterwards, how late an observation had been said to be meanwhile
    (`VitalsOverdue`), when there was nobody to observe. Said again, with the time that stands, where when they left is
    put right.
    """

    for_integrators = True

    session_id: Id
    at: Instant
    overdue_after_leaving: session_codes.VitalsSeverity | None = None


class PatientReturned(SessionSafetyEvent):
    """A patient who had left after a dose without being discharged came back the same day: they are observed again, and
    will be discharged; the calls of the next day are made all the same.
    """

    for_integrators = True

    session_id: Id
    at: Instant


class RemsFormEvent(SessionSafetyEvent):
    """The monitoring form a restricted program asks for after a session. Who reads it knows that the patient is in such
    a program, which is why it is no operational event. `task_id` is its session's id.
    """

    for_integrators = True

    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant


class RemsFormDue(RemsFormEvent):
    """The first dose of a session was given, or what its form told was put right since: it is to be sent by then."""


class RemsFormSubmitted(RemsFormEvent):
    """It was sent."""


class RemsFormOverdue(RemsFormEvent):
    """It has not been sent in time."""


class OrderSignatureEvent(SessionSafetyEvent):
    """An order for a medicine that somebody took by word from a prescriber, who is to sign or refuse it by then.
    `task_id` is the order's id.
    """

    for_integrators = True

    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant


class OrderSignatureDue(OrderSignatureEvent):
    """It was taken."""


class OrderSignatureCompleted(OrderSignatureEvent):
    """The prescriber has signed it, or refused it."""


class OrderSignatureOverdue(OrderSignatureEvent):
    """The prescriber has not answered in time."""


class DoseReviewEvent(SessionSafetyEvent):
    """A dose that was given outside the gate, or a `medicine` outside its order, which a prescriber who had no hand in
    it is to review by then. No further dose is given before. `task_id` is the dose's or the administration's id.
    """

    for_integrators = True

    session_id: Id
    task_id: Id
    category: session_codes.TaskCategory
    due_by: Instant
    medicine: bool = False


class DoseReviewDue(DoseReviewEvent):
    """It was written down."""


class DoseReviewCompleted(DoseReviewEvent):
    """Its review is decided."""


class DoseReviewOverdue(DoseReviewEvent):
    """Its review has not been decided in time."""


class DrugLogEvent(LocationEvent):
    """About a place's controlled drugs."""

    topic = SESSIONS_SAFETY


class DrugCountMismatch(DrugLogEvent):
    """A container did not add up when the day was closed."""

    for_integrators = True

    container_id: Id
    at: Instant


class DrugLossReported(DrugLogEvent):
    """Some of a container's drug is gone and nobody knows where; the clocks of the law begin."""

    for_integrators = True

    container_id: Id
    at: Instant


class DrugDayClosed(DrugLogEvent):
    """The day's log was counted by two, closed and signed, with so many discrepancies still open."""

    for_integrators = True

    day: Day
    closed_at: Instant
    open_discrepancies: Annotated[int, Field(ge=0)]


class DrugTaskEvent(DrugLogEvent):
    """Something about controlled drugs is to be done by then; `task_id` is the case it belongs to."""

    for_integrators = True

    task_id: Id
    category: session_codes.DrugTaskCategory
    due_by: Instant


class DrugTaskDue(DrugTaskEvent):
    """It is asked for."""


class DrugTaskCompleted(DrugTaskEvent):
    """It was done, or is asked for no more."""


class DrugTaskOverdue(DrugTaskEvent):
    """It was not done in time."""

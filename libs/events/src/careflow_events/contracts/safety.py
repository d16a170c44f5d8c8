"""What screening says on careflow.screening.safety.v1: a concern about a patient's safety, until a human has closed
it.
"""

from typing import Annotated

from pydantic import Field

from careflow_events.contracts import codes
from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import Id, PatientEvent
from careflow_events.topics import SCREENING_SAFETY


class SafetyAlertEvent(PatientEvent):
    """Written by screening, for those who may read safety events."""

    topic = SCREENING_SAFETY

    alert_id: Id


class SafetyAlertRaised(SafetyAlertEvent):
    """Somebody must respond by `respond_by`."""

    restricts = True

    level: codes.AlertLevel
    source: codes.AlertSource
    raised_at: Instant
    respond_by: Instant


class SafetyAlertUpgraded(SafetyAlertEvent):
    """The open alert is more urgent than before."""

    restricts = True

    level: codes.AlertLevel
    respond_by: Instant


class SafetyAlertJoined(SafetyAlertEvent):
    """Something alarming was said of a patient whose alert is open, no more urgent than the alert is: whatever was
    decided of the alert before was decided without it. `level` and `respond_by` are what it asks for by itself.
    """

    restricts = True

    level: codes.AlertLevel
    respond_by: Instant


class SafetyAlertEscalated(SafetyAlertEvent):
    """Nobody acknowledged in time, whoever did has not contacted the patient in time, or something alarming was said
    after they had: the next person is asked, or the first again. `step` counts who was asked so far; after it nobody
    has the alert until it is acknowledged anew.
    """

    for_integrators = True

    step: Annotated[int, Field(ge=1)]


class SafetyAlertAcknowledged(SafetyAlertEvent):
    """Somebody has taken it."""

    for_integrators = True


class SafetyAlertClosed(SafetyAlertEvent):
    """A human has closed it."""

    outcome: codes.AlertOutcome

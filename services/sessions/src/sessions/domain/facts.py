"""What became true: the domain events of this service, in the past tense.

They live between an aggregate and the table in `published.py`; most carry the aggregate as it is afterwards. Clinical
values in them reach the outside only through sealed sections. Invariant: a fact is recorded by the change that made it
true and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessions.domain.adverse_events import AdverseEvent
    from sessions.domain.consents import Consent
    from sessions.domain.ids import ContainerId, LocationId, PatientId, SessionId
    from sessions.domain.plans import Plan, PlanChangeReason, PlanOutline
    from sessions.domain.reports import ClinicalReport
    from sessions.domain.sessions import Session
    from sessions.domain.vitals import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became true at a time."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFact(Fact):
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWasSigned(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWasWithdrawn(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentHasExpired(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact(Fact):
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasSigned(PlanFact):
    outline: PlanOutline = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasActivated(PlanWasSigned):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasAdjusted(PlanWasSigned):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(PlanFact):
    reason: PlanChangeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasPutOnHold(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasResumed(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasCompleted(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWasDiscontinued(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact(Fact):
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasCheckedIn(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasCleared(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasStarted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseWasAdministered(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasDischarged(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasRefused(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasCompleted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWasAborted(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionServicesWereCorrected(SessionFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsWereBreached(SessionFact):
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsAreOverdue(SessionFact):
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFactWasReported(SessionFact):
    report: ClinicalReport = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationFact(Fact):
    patient_id: PatientId
    dosing_session_id: SessionId
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationIsDue(IntegrationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationWasDone(IntegrationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationIsOverdue(IntegrationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventFact(Fact):
    event: AdverseEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventWasReported(AdverseEventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventWasReviewed(AdverseEventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugCountDidNotMatch(Fact):
    location_id: LocationId
    container_id: ContainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugDayWasClosed(Fact):
    location_id: LocationId
    day: date
    open_discrepancies: int

"""Billing's copy of an appointment: enough to know what is to come, what it would cost and whose it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.domain.ids import AppointmentId, PatientId, PlanId, StaffId
from careflow_domain.aggregate import Aggregate


class Phase(StrEnum):
    """The part of a course of treatment; each has an estimate of its own."""

    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


class VisitKind(StrEnum):
    """What a visit is for; OTHER is a kind newer than this service."""

    INFO_CALL = "info_call"
    EVALUATION = "evaluation"
    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    REVIEW = "review"
    ADJUNCT = "adjunct"
    OTHER = "unknown"


FREE_KINDS = frozenset({VisitKind.INFO_CALL, VisitKind.OTHER})
"""Nothing is ever estimated or charged for these: the first call is free."""


class VisitState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Aggregate):
    """An appointment as last heard of. `appointment_version` is booking's version: older news changes nothing."""

    id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    starts_at: datetime
    state: VisitState
    providers: tuple[StaffId, ...]
    place_of_service: str | None
    plan_id: PlanId | None
    appointment_version: int

    @property
    def is_to_be_charged(self) -> bool:
        """Whether a charge for it may still come."""
        return self.kind not in FREE_KINDS and self.state in (VisitState.BOOKED, VisitState.ARRIVED)

    def updated(self, newer: "Visit") -> "Visit":
        """The visit as the newer of the two has it; itself when it knows as much already."""
        if newer.appointment_version <= self.appointment_version:
            return self
        return replace(newer, version=self.version + 1)

"""Billing's copy of an appointment: enough to know what is to come, what it would cost and whose it is."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from billing.domain.accounts import Account
from billing.domain.ids import AppointmentId, PatientId, PlanId, StaffId
from billing.domain.obstacles import Obstacle
from billing.domain.practice import Practice, Profession
from careflow_domain.aggregate import Aggregate, Fact


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


BILLING: Final = frozenset(Profession) - {Profession.REGISTERED_NURSE}
"""Who renders services in their own name."""
FREE_KINDS = frozenset({VisitKind.INFO_CALL, VisitKind.OTHER})
"""Nothing is ever estimated or charged for these: the first call is free."""


class VisitState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCoverageBlocked(Fact):
    """A visit to come cannot be charged: Medicare, and no private contract with who is going to render it."""

    visit: "Visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Aggregate):
    """An appointment as last heard of. `appointment_version` is booking's version: older news changes nothing.
    `not_treated`: the patient came, and the clinic refused the dose or held no hour.
    """

    id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    starts_at: datetime
    state: VisitState
    providers: tuple[StaffId, ...]
    place_of_service: str | None
    plan_id: PlanId | None
    appointment_version: int
    against: Obstacle | None = None
    """Why it could not be charged as things stand: nobody asked for the coverage, or Medicare."""
    not_treated: bool = False

    @classmethod
    def unheard_of(
        cls, visit_id: AppointmentId, patient_id: PatientId, kind: VisitKind, plan_id: PlanId | None, *, at: datetime
    ) -> "Visit":
        """One that somebody else than booking tells of first; whatever booking says of it is newer."""
        return cls(
            id=visit_id,
            patient_id=patient_id,
            kind=kind,
            starts_at=at,
            state=VisitState.ARRIVED,
            providers=(),
            place_of_service=None,
            plan_id=plan_id,
            appointment_version=0,
        )

    @property
    def is_lost(self) -> bool:
        """Whether it did not take place, or nothing was given at it."""
        return self.not_treated or self.state in (VisitState.CANCELLED, VisitState.MISSED)

    @property
    def is_to_be_charged(self) -> bool:
        """Whether a charge for it may still come."""
        expected = self.state in (VisitState.BOOKED, VisitState.ARRIVED) and not self.not_treated
        return expected and self.kind not in FREE_KINDS

    def refused(self) -> "Visit":
        """Nothing was rendered, and nothing will be."""
        return self if self.not_treated else replace(self.recording(), not_treated=True)

    def updated(self, newer: "Visit") -> "Visit":
        """The visit as the newer of the two has it; itself when it knows as much already."""
        if newer.appointment_version <= self.appointment_version:
            return self
        return replace(newer, version=self.version + 1, against=self.against, not_treated=self.not_treated)

    def judge(self, account: Account, practice: Practice, day: date, *, now: datetime) -> "Visit":
        """The visit with what speaks against charging it. Said when it becomes blocked: there is time to settle it."""
        obstacles = [
            account.coverage_obstacle(provider, self.starts_at, day, practice)
            for provider in self.providers
            if (clinician := practice.clinician(provider)) and clinician.profession in BILLING
        ]
        found = [each for each in obstacles if each is not None] if self.is_to_be_charged else []
        against = found[0] if found else None
        if against is self.against:
            return self
        after = replace(self.recording(), against=against)
        if against is not Obstacle.COVERAGE_BLOCKED:
            return after
        return after.saying(VisitCoverageBlocked(visit=after, at=now))

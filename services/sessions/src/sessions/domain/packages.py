"""A package that a pharmacy dispensed for one patient and the clinic keeps: whose it is, and what its label says.

Invariants: what is in it is one container of the drug log, which knows it by its id and names no patient; nothing of it
is ever given, or handed out, to anybody else.
Sources: 21 CFR 1306.24 (the label of what is dispensed), 1304.22(c) (the record of what is dispensed and to whom).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from sessions.domain.course import Course
from sessions.domain.drug_log import Container
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import ContainerId, LocationId, PackageId, PatientId, SessionId, StaffId
from sessions.domain.plans import Plan, PlanState
from sessions.domain.policy import SessionsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLabel:
    """Which pharmacy dispensed it, by its DEA registration, under which prescription number, and for whom."""

    patient_id: PatientId
    pharmacy: str = field(repr=False)
    dea_number: str = field(repr=False)
    prescription: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Aggregate):
    id: PackageId
    patient_id: PatientId
    container_id: ContainerId
    location_id: LocationId
    label: PackageLabel = field(repr=False)
    received_by: StaffId
    received_at: datetime

    @classmethod
    def received(
        cls, package_id: PackageId, container: Container, label: PackageLabel, by: StaffId, now: datetime
    ) -> Self:
        return cls(
            id=package_id,
            patient_id=label.patient_id,
            container_id=container.id,
            location_id=container.location_id,
            label=label,
            received_by=by,
            received_at=now,
        )

    def must_be_for(self, patient_id: PatientId) -> None:
        """Refused: `package_of_another`."""
        if self.patient_id != patient_id:
            raise conflict("package_of_another", "This was dispensed for another patient.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStock:
    """One patient's package with what is in it."""

    package: Package
    container: Container

    @property
    def kept(self) -> bool:
        """Whether something of it is still in the clinic's keeping."""
        return bool(self.container.on_hand) or self.container.unsettled_since is not None


def at_hand(
    stock: Iterable[OwnStock], session_id: SessionId, location_id: LocationId | None, drugs: Iterable[str], today: date
) -> bool:
    """Whether there is something a dose of this session could be given from: drawn for it, or in a package that is at
    its place, holds one of these drugs and is before its date.
    """
    names = {each.casefold() for each in drugs}
    return any(
        each.container.location_id == location_id
        and each.container.item.drug.strip().casefold() in names
        and (
            each.container.drawn_for(session_id)
            or (each.container.in_container and today <= each.container.item.expires_on)
        )
        for each in stock
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingHome:
    """What is known of a patient who would take some of their package home."""

    plan: Plan | None
    eligibility: Eligibility | None
    course: Course
    policy: SessionsPolicy
    now: datetime

    def must_be_allowed(self, container: Container, today: date) -> None:
        """Refused: `hand_out_not_allowed` (the clinic's policy), `container_expired`, `plan_not_active`,
        `clearance_not_valid`, `safety_alert_open`, `finding_stands`, `adverse_event_not_reviewed`, `dose_not_reviewed`.
        """
        if not self.policy.drug_log.packages_handed_out.value:
            raise conflict("hand_out_not_allowed", "The clinic's policy lets nobody take this home.")
        if today > container.item.expires_on:
            raise conflict("container_expired", "What is past its date goes back to the distributor.")
        if self.plan is None or self.plan.state is not PlanState.ACTIVE or not self._by_this_drug(self.plan, container):
            raise conflict("plan_not_active", "No active plan of the patient is by this drug.")
        clearance = self.eligibility.clearance if self.eligibility else None
        if (
            clearance is None
            or not clearance.valid_at(self.now)
            or self.plan.terms.route in clearance.terms.excluded_routes
        ):
            raise conflict("clearance_not_valid", "The patient has no valid clearance for this.")
        if self.eligibility is not None and self.eligibility.alerts:
            raise conflict("safety_alert_open", "A safety alert about the patient is open.")
        if any(stop.resolution is None for stop in self.course.stops):
            raise conflict(
                "finding_stands", "An alarming finding about the patient stands: a prescriber resolves it first."
            )
        if self.course.held_by:
            raise conflict("adverse_event_not_reviewed", "An adverse event of the patient waits for its review.")
        if self.course.unreviewed:
            raise conflict("dose_not_reviewed", "A dose of the patient outside the gate waits for its review.")

    def _by_this_drug(self, plan: Plan, container: Container) -> bool:
        route = self.policy.routes[plan.terms.route]
        return route.from_package and route.gives(container.item.drug)

"""Treatment plans: what was agreed with the patient and signed by a prescriber, version by version.

Invariants: no plan is signed without therapy around the doses: preparation, integration and a named therapist; no
ceiling of a plan is above the clinic's; a plan that has ended allows no dose.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from sessions.domain import facts
from sessions.domain.aggregate import Aggregate
from sessions.domain.consents import Consent
from sessions.domain.doses import Ceiling
from sessions.domain.eligibility import ClearanceCopy
from sessions.domain.errors import conflict, forbidden, invalid
from sessions.domain.ids import ClearanceId, ConsentId, PatientId, PlanId, StaffId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.service_lines import ServiceCodes, ServiceLine, expected_lines
from sessions.domain.words import Modality, Phase, ProviderRole, RoomPurpose, Route, VisitKind


class PlanState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


class PlanChangeReason(StrEnum):
    """Why a plan was held, resumed or ended, in words that say nothing clinical."""

    CLINICAL = "clinical"
    PATIENT_REQUEST = "patient_request"
    ADMINISTRATIVE = "administrative"
    COURSE_ENDED = "course_ended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisits:
    """So many visits of one kind, how long each is and whom and what it takes."""

    kind: VisitKind
    count: int
    minutes: int
    modality: Modality
    roles: tuple[ProviderRole, ...]
    rooms: tuple[RoomPurpose, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedServices:
    """What one visit of a kind is expected to be billed by, and how many such visits there are."""

    kind: VisitKind
    count: int
    lines: tuple[ServiceLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutline:
    """What a signed plan means to those who book its visits and estimate its price."""

    dosing_interval_hours: int
    integration_within_hours: int
    services: tuple[ExpectedServices, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What a plan says. `start` is the first dose, `ceiling` the most per session, all doses together."""

    phase: Phase
    goals: tuple[str, ...] = field(repr=False)
    indications: tuple[str, ...] = field(repr=False)
    route: Route = field(repr=False)
    route_reason: str = field(repr=False)
    start: Ceiling = field(repr=False)
    ceiling: Ceiling = field(repr=False)
    visits: tuple[PlannedVisits, ...]
    cadence_days: int
    therapist_id: StaffId | None
    instruments: tuple[str, ...] = field(default=(), repr=False)
    stop_rules: tuple[str, ...] = field(default=(), repr=False)
    exit_criteria: tuple[str, ...] = field(default=(), repr=False)
    expected_end: date

    def planned(self, kind: VisitKind) -> int:
        """How many visits of a kind are planned."""
        return sum(visits.count for visits in self.visits if visits.kind is kind)

    def check(self) -> None:
        """Refused: `plan_invalid` for what no plan can say, draft or not."""
        faults = [
            name
            for name, wrong in {
                "visits": any(visits.count < 1 or visits.minutes < 1 for visits in self.visits),
                "cadence_days": self.cadence_days < 1,
                "start": self.start.unlimited or not self.start.within(self.ceiling),
                "ceiling": self.ceiling.unlimited,
            }.items()
            if wrong
        ]
        if faults:
            raise invalid("plan_invalid", "The plan says something that cannot be.", fields=faults)

    def missing(self, policy: SessionsPolicy) -> tuple[str, ...]:
        """What must be there before a prescriber may sign. Maintenance follows a course that was prepared."""
        doses, per_integration = self.planned(VisitKind.DOSING), policy.gate.doses_per_integration.value
        prepared = self.phase is Phase.MAINTENANCE
        wanted = {
            "dosing_visits": doses > 0,
            "preparation_visits": prepared or self.planned(VisitKind.PREPARATION) > 0,
            "integration_visits": self.planned(VisitKind.INTEGRATION) * per_integration >= max(doses, 1),
            "therapist": self.therapist_id is not None,
            "therapist_in_every_visit": all(ProviderRole.THERAPIST in visits.roles for visits in self._with_patient()),
            "goals": bool(self.goals),
            "indications": bool(self.indications),
            "stop_rules": bool(self.stop_rules),
            "exit_criteria": bool(self.exit_criteria),
        }
        return tuple(name for name, there in wanted.items() if not there)

    def outline(self, policy: SessionsPolicy, codes: ServiceCodes) -> PlanOutline:
        """The intervals and services of this plan; of a signed one, which names its therapist."""
        assert self.therapist_id is not None
        hours = policy.gate.interval_hours.value
        if self.phase is Phase.MAINTENANCE:
            hours = policy.gate.maintenance_interval_days.value * 24
        services = tuple(
            ExpectedServices(
                kind=visits.kind,
                count=visits.count,
                lines=expected_lines(
                    visits.kind, visits.minutes, self.route, visits.modality, self.therapist_id, codes
                ),
            )
            for visits in self.visits
        )
        return PlanOutline(
            dosing_interval_hours=hours,
            integration_within_hours=policy.integration.due_hours.value,
            services=services,
        )

    def _with_patient(self) -> tuple[PlannedVisits, ...]:
        kinds = (VisitKind.PREPARATION, VisitKind.DOSING, VisitKind.INTEGRATION)
        return tuple(visits for visits in self.visits if visits.kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed this version of the plan, on the strength of which clearance, consent and policy."""

    by: StaffId
    at: datetime
    clearance_id: ClearanceId
    consent_id: ConsentId
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Aggregate):
    """`revision` counts the signed versions; a draft has none."""

    id: PlanId
    patient_id: PatientId
    state: PlanState = PlanState.DRAFT
    terms: PlanTerms = field(repr=False)
    drafted_by: StaffId
    revision: int = 0
    signature: Signature | None = None

    @classmethod
    def drafted(cls, plan_id: PlanId, patient_id: PatientId, terms: PlanTerms, by: StaffId) -> Self:
        """Refused: `plan_invalid`."""
        terms.check()
        return cls(id=plan_id, patient_id=patient_id, terms=terms, drafted_by=by)

    def redrafted(self, terms: PlanTerms) -> Self:
        """The draft says something else. Refused: `plan_signed`, `plan_invalid`."""
        if self.state is not PlanState.DRAFT:
            raise conflict("plan_signed", "A signed plan is adjusted by a new signed version.")
        terms.check()
        return replace(self.recording(), terms=terms)

    def signed(
        self,
        by: StaffId,
        *,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        codes: ServiceCodes,
        now: datetime,
    ) -> Self:
        """The draft becomes the plan. Refused: `plan_signed` and what `_signature` refuses."""
        if self.state is not PlanState.DRAFT:
            raise conflict("plan_signed", "The plan has been signed already.")
        signature = self._signature(self.terms, by, clearance, consent, policy, now)
        after = replace(self.recording(), state=PlanState.ACTIVE, signature=signature, revision=1)
        said = facts.PlanWasActivated(plan=after, at=now, outline=self.terms.outline(policy, codes))
        return replace(after, facts=(*after.facts, said))

    def adjusted(
        self,
        terms: PlanTerms,
        by: StaffId,
        *,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        codes: ServiceCodes,
        now: datetime,
    ) -> Self:
        """A newer signed version, also the step into maintenance. Refused: `plan_not_active`, `plan_invalid`,
        `phase_goes_forward`, and what `_signature` refuses.
        """
        self._must_be(PlanState.ACTIVE)
        terms.check()
        if self.terms.phase is Phase.MAINTENANCE and terms.phase is Phase.INDUCTION:
            raise conflict("phase_goes_forward", "After maintenance a new course is a new plan.")
        signature = self._signature(terms, by, clearance, consent, policy, now)
        after = replace(self.recording(), terms=terms, signature=signature, revision=self.revision + 1)
        said = facts.PlanWasAdjusted(plan=after, at=now, outline=terms.outline(policy, codes))
        return replace(after, facts=(*after.facts, said))

    def put_on_hold(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """No dose until it is resumed. Refused: `plan_not_active`."""
        self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.ON_HOLD, facts.PlanWasPutOnHold, reason, now)

    def resumed(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """Refused: `plan_not_on_hold`."""
        self._must_be(PlanState.ON_HOLD)
        return self._became(PlanState.ACTIVE, facts.PlanWasResumed, reason, now)

    def completed(self, *, now: datetime) -> Self:
        """The course has ended as planned. Refused: `plan_not_active`."""
        self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.COMPLETED, facts.PlanWasCompleted, PlanChangeReason.COURSE_ENDED, now)

    def discontinued(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """The course is given up. Refused: `plan_not_active`."""
        if self.state is not PlanState.ON_HOLD:
            self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.DISCONTINUED, facts.PlanWasDiscontinued, reason, now)

    def _signature(
        self,
        terms: PlanTerms,
        by: StaffId,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        now: datetime,
    ) -> Signature:
        """Refused: `plan_incomplete` (with what is missing), `ceiling_above_clinic`, `clearance_not_valid`,
        `route_excluded`, `consent_missing`.
        """
        if missing := terms.missing(policy):
            raise invalid("plan_incomplete", "The plan cannot be signed as it is.", missing=missing)
        if not terms.ceiling.within(policy.routes[terms.route].ceiling):
            raise invalid("ceiling_above_clinic", "The plan's ceiling is above the clinic's.")
        if clearance is None or not clearance.valid_at(now):
            raise conflict("clearance_not_valid", "Without a valid clearance no plan is signed.")
        if terms.route in clearance.terms.excluded_routes:
            raise forbidden("route_excluded", "The clearance excludes what the plan intends.")
        if consent is None or not consent.covers(terms.route, policy.gate.treatment_consent_version.value, now):
            raise conflict("consent_missing", "The patient has not consented to this treatment in its current text.")
        return Signature(by=by, at=now, clearance_id=clearance.id, consent_id=consent.id, policy_version=policy.version)

    def _became(self, state: PlanState, fact: type[facts.PlanChanged], reason: PlanChangeReason, now: datetime) -> Self:
        after = replace(self.recording(), state=state)
        return replace(after, facts=(*after.facts, fact(plan=after, at=now, reason=reason)))

    def _must_be(self, state: PlanState) -> None:
        if self.state is not state:
            raise conflict(f"plan_not_{state}", f"The plan is not {state.replace('_', ' ')}.", state=self.state.value)

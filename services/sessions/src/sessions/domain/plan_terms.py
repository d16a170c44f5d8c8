"""What a plan says, and what it means to those who book its visits and estimate its price.

Invariant: terms without therapy around the doses, preparation, integration and a named therapist, are never signed.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from careflow_domain.errors import invalid
from sessions.domain.doses import Ceiling
from sessions.domain.ids import StaffId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.service_lines import ServiceCodes, ServiceLine, expected_lines
from sessions.domain.words import Modality, Phase, ProviderRole, RoomPurpose, Route, VisitKind


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
    """What a plan says. `start` is the first dose, `ceiling` the most per session, all doses together.
    `induction_elsewhere`: where and when the induction was that a maintenance follows, as documented there.
    `maintenance_reason`: why doses go on after the induction, in words that the patient is shown.
    """

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
    induction_elsewhere: str | None = field(default=None, repr=False)
    maintenance_reason: str | None = field(default=None, repr=False)

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

    def last_day(self, signed_on: date, policy: SessionsPolicy) -> date:
        """The last day of a plan that was signed on that day: its expected end; of a maintenance no later than one
        signature carries it.
        """
        if self.phase is not Phase.MAINTENANCE:
            return self.expected_end
        return min(self.expected_end, signed_on + timedelta(days=policy.gate.maintenance_days.value))

    def missing(self, policy: SessionsPolicy, *, inducted: bool, today: date) -> tuple[str, ...]:
        """What must be there before a prescriber may sign. Maintenance follows a course that was prepared: a completed
        induction here (`inducted`) or one documented elsewhere, and is justified anew by a new signature.
        """
        doses, per_integration = self.planned(VisitKind.DOSING), policy.gate.doses_per_integration.value
        prepared = self.phase is Phase.MAINTENANCE
        wanted = {
            "dosing_visits": doses > 0,
            "completed_induction": not prepared or inducted or bool((self.induction_elsewhere or "").strip()),
            "maintenance_reason": not prepared or bool((self.maintenance_reason or "").strip()),
            "expected_end_to_come": self.expected_end >= today,
            "maintenance_end_near": self.last_day(today, policy) == self.expected_end,
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

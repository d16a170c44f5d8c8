"""A signed plan as billing knows it: which services are still to be expected."""

from dataclasses import dataclass, replace

from billing.domain.estimate_issues import Expected
from billing.domain.ids import PatientId, PlanId
from billing.domain.visits import Phase, VisitKind
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Aggregate):
    """`plan_version` is the plan's own: older news changes nothing. `phase` is None while it is one this version does
    not know.
    """

    id: PlanId
    patient_id: PatientId
    plan_version: int
    expected: tuple[Expected, ...]
    phase: Phase | None = None

    def expects(self, kind: VisitKind) -> bool:
        """Whether visits of this kind are in the plan."""
        return any(each.kind is kind for each in self.expected)

    def updated(self, plan_version: int, expected: tuple[Expected, ...], phase: Phase | None) -> "Course":
        if plan_version <= self.plan_version:
            return self
        return replace(self.recording(), plan_version=plan_version, expected=expected, phase=phase)

"""Discharge after a dose: every criterion met, or a prescriber's signature for the ones that are not.

Invariant: under a restricted program the monitoring time and the required observations cannot be signed away.
Sources: domain brief, section 3.5 (clinic defaults), 3.2 (REMS).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from careflow_domain.errors import conflict, forbidden
from sessions.domain.checks import RiskLevel
from sessions.domain.ids import StaffId
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import RoutePolicy, SessionsPolicy
from sessions.domain.vitals import VitalSigns

OBSERVATION_TOLERANCE_MINUTES: Final = 10
"""How far from its planned minute a required observation may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeScore:
    """What the nurse assesses; vital signs and times are taken from the session itself."""

    oriented: bool
    walks_unaided: bool
    nausea_controlled: bool
    effects_resolved: bool
    suicide_risk: RiskLevel = field(repr=False)
    escort_signed: bool
    instructions_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """The patient may go: the score, who discharged, and the criteria a prescriber signed for."""

    score: DischargeScore
    by: StaffId
    at: datetime
    unmet: tuple[str, ...] = ()
    signed_by: StaffId | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Everything a criterion looks at."""

    score: DischargeScore
    monitoring: Monitoring
    last_dose_started_at: datetime
    last_dose_ended_at: datetime
    route: RoutePolicy
    policy: SessionsPolicy
    now: datetime

    @property
    def last(self) -> VitalSigns | None:
        return self.monitoring.last

    @property
    def fresh(self) -> bool:
        """Whether the last observation is recent enough to speak for the moment of leaving."""
        allowed = timedelta(minutes=self.policy.discharge.vitals_fresh_minutes.value)
        return self.last is not None and self.now - self.last.observed_at <= allowed

    @property
    def near_baseline(self) -> bool:
        baseline = self.monitoring.baseline
        if self.last is None or baseline is None:
            return False
        share = self.policy.discharge.near_baseline_percent.value
        pairs = (
            (self.last.blood_pressure.systolic, baseline.blood_pressure.systolic),
            (self.last.blood_pressure.diastolic, baseline.blood_pressure.diastolic),
            (self.last.heart_rate, baseline.heart_rate),
        )
        return all(abs(value - before) * 100 <= before * share for value, before in pairs)

    @property
    def monitored_long_enough(self) -> bool:
        since = self.last_dose_ended_at if self.route.monitored_from_end else self.last_dose_started_at
        return self.now - since >= timedelta(minutes=self.route.monitoring_minutes.value)

    @property
    def required_observations_made(self) -> bool:
        return all(
            self.monitoring.observed_near(minute, OBSERVATION_TOLERANCE_MINUTES)
            for minute in self.route.required_observations
        )


CRITERIA: Final[dict[str, Callable[[Leaving], bool]]] = {
    "vitals_observed": lambda leaving: leaving.fresh,
    "vitals_near_baseline": lambda leaving: leaving.near_baseline,
    "awake": lambda leaving: leaving.last is not None and leaving.last.moaas == leaving.policy.discharge.moaas.value,
    "oriented": lambda leaving: leaving.score.oriented,
    "walks_unaided": lambda leaving: leaving.score.walks_unaided,
    "nausea_controlled": lambda leaving: leaving.score.nausea_controlled,
    "effects_resolved": lambda leaving: leaving.score.effects_resolved,
    "suicide_risk_not_high": lambda leaving: leaving.score.suicide_risk is not RiskLevel.HIGH,
    "monitored_long_enough": lambda leaving: leaving.monitored_long_enough,
    "required_observations": lambda leaving: leaving.required_observations_made,
    "escort_signed": lambda leaving: leaving.score.escort_signed,
    "instructions_given": lambda leaving: leaving.score.instructions_given,
}
"""Every criterion by its name, in the order a nurse goes through them."""

RESTRICTED: Final = frozenset({"vitals_observed", "monitored_long_enough", "required_observations", "effects_resolved"})
"""What the REMS asks of every session; no signature replaces it."""


def discharge(leaving: Leaving, *, by: StaffId, signed_by: StaffId | None, reason: str | None) -> Discharge:
    """Refused: `discharge_criteria_unmet` (with all of them), `discharge_forbidden` for what nobody may sign away."""
    unmet = tuple(name for name, met in CRITERIA.items() if not met(leaving))
    if leaving.route.restricted_program and (barred := tuple(name for name in unmet if name in RESTRICTED)):
        raise forbidden("discharge_forbidden", "The program forbids discharging now.", criteria=barred)
    if unmet and (signed_by is None or not (reason or "").strip()):
        raise conflict(
            "discharge_criteria_unmet", "Not every criterion is met, and no prescriber signed for it.", criteria=unmet
        )
    return Discharge(
        score=leaving.score,
        by=by,
        at=leaving.now,
        unmet=unmet,
        signed_by=signed_by if unmet else None,
        reason=reason if unmet else None,
    )
